using AgentOrchestration.Execution;
using AgentOrchestration.Graph;

namespace AgentOrchestration.Tests.Execution.Foreign;

/// <summary>An executor that its library does not know: it passes every call on, and returns handles of its own.</summary>
internal sealed class ForeignExecutor(IExecutor inner) : IExecutor
{
    public ExecutorFeatures Features => inner.Features;

    public IOpenRun? TryStartOpen(TaskGraph empty, RunOptions options) => inner.TryStartOpen(empty, options) is { } run ? new ForeignOpenRun(run) : null;

    public async ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken) =>
        new ForeignRun(await inner.StartAsync(graph, options, cancellationToken).ConfigureAwait(false));

    public async ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, RunReuse reuse, CancellationToken cancellationToken) =>
        new ForeignRun(await inner.StartAsync(graph, options, reuse, cancellationToken).ConfigureAwait(false));

    public async ValueTask<IRunHandle> ResumeAsync(RunResumption run, CancellationToken cancellationToken) =>
        new ForeignRun(await inner.ResumeAsync(run, cancellationToken).ConfigureAwait(false));
}
