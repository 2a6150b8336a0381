using AgentOrchestration.Execution;
using AgentOrchestration.Graph;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Execution.Foreign;

/// <summary>A handle that its library does not know: it passes every call on.</summary>
internal class ForeignRun(IRunHandle inner) : IRunHandle
{
    public IRunHandle Inner => inner;

    public string RunId => inner.RunId;

    public TaskGraph Graph => inner.Graph;

    public Task<RunOutcome> Completion => inner.Completion;

    public bool HadEnded => inner.HadEnded;

    public IAsyncEnumerable<RunEvent> WatchAsync(CancellationToken cancellationToken) => inner.WatchAsync(cancellationToken);

    public RunSnapshot GetSnapshot() => inner.GetSnapshot();

    public RunReuse GetReuse() => inner.GetReuse();

    public void ReportDurations(IObservedDurations observed) => inner.ReportDurations(observed);

    public ValueTask CancelAsync(CancellationToken cancellationToken) => inner.CancelAsync(cancellationToken);

    public ValueTask CancelAsync(string subtaskId, CancellationToken cancellationToken) => inner.CancelAsync(subtaskId, cancellationToken);

    public ValueTask<bool> DecideAsync(string subtaskId, string fingerprint, bool isApproved, string? by, string? reason, CancellationToken cancellationToken) =>
        inner.DecideAsync(subtaskId, fingerprint, isApproved, by, reason, cancellationToken);

    public ValueTask<bool> PauseAsync(string? reason, CancellationToken cancellationToken) => inner.PauseAsync(reason, cancellationToken);

    public ValueTask<bool> ContinueAsync(CancellationToken cancellationToken) => inner.ContinueAsync(cancellationToken);

    public ValueTask<bool> ExtendBudgetAsync(RunBudget budget, CancellationToken cancellationToken) => inner.ExtendBudgetAsync(budget, cancellationToken);

    public ValueTask CloseAsync(CancellationToken graceEnd) => inner.CloseAsync(graceEnd);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
