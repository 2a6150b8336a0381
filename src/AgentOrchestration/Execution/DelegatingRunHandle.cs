using AgentOrchestration.Graph;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>Passes every call on to the handle of another run. The base of handles that a wrapping executor returns.</summary>
/// <param name="inner">The handle that is wrapped.</param>
public abstract class DelegatingRunHandle(IRunHandle inner) : IRunHandle
{
    /// <inheritdoc/>
    public virtual string RunId => Inner.RunId;

    /// <inheritdoc/>
    public virtual TaskGraph Graph => Inner.Graph;

    /// <inheritdoc/>
    public virtual TaskPlan Plan => Inner.Plan;

    /// <inheritdoc/>
    public virtual Task<RunOutcome> Completion => Inner.Completion;

    /// <inheritdoc/>
    public virtual bool HadEnded => Inner.HadEnded;

    /// <summary>Gets the handle that is wrapped.</summary>
    /// <value>The handle given to the constructor.</value>
    protected IRunHandle Inner { get; } = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<RunEvent> WatchAsync(CancellationToken cancellationToken) => Inner.WatchAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<RunEvent> WatchAsync(long from, CancellationToken cancellationToken) => Inner.WatchAsync(from, cancellationToken);

    /// <inheritdoc/>
    public virtual RunSnapshot GetSnapshot() => Inner.GetSnapshot();

    /// <inheritdoc/>
    public virtual RunReuse GetReuse() => Inner.GetReuse();

    /// <inheritdoc/>
    public virtual void ReportDurations(IObservedDurations observed) => Inner.ReportDurations(observed);

    /// <inheritdoc/>
    public virtual ValueTask CancelAsync(CancellationToken cancellationToken) => Inner.CancelAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask CancelAsync(string subtaskId, CancellationToken cancellationToken) => Inner.CancelAsync(subtaskId, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<bool> DecideAsync(string subtaskId, string fingerprint, bool isApproved, string? by, string? reason, CancellationToken cancellationToken) =>
        Inner.DecideAsync(subtaskId, fingerprint, isApproved, by, reason, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<bool> PauseAsync(string? reason, CancellationToken cancellationToken) => Inner.PauseAsync(reason, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<bool> ContinueAsync(CancellationToken cancellationToken) => Inner.ContinueAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<bool> ExtendBudgetAsync(RunBudget budget, CancellationToken cancellationToken) => Inner.ExtendBudgetAsync(budget, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask CloseAsync(CancellationToken graceEnd) => Inner.CloseAsync(graceEnd);

    /// <inheritdoc/>
#pragma warning disable CA1816 // Derived handles that hold something of their own override it.
    public virtual ValueTask DisposeAsync() => Inner.DisposeAsync();
#pragma warning restore CA1816
}
