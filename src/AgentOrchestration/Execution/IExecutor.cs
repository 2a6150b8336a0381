using AgentOrchestration.Graph;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Execution;

/// <summary>Makes runs happen. Implementations must be safe for concurrent use.</summary>
public interface IExecutor
{
    /// <summary>Gets what this executor supports. A plan that needs more is refused before it is started.</summary>
    /// <value>The default value is <see cref="ExecutorFeatures.None"/>.</value>
    ExecutorFeatures Features => ExecutorFeatures.None;

    /// <summary>Starts a run whose plan is still being written, so that its first subtasks need not wait for the last, or whose plan waits for its approval.</summary>
    /// <param name="empty">The graph of a plan without subtasks; of a plan that waits for its approval, its graph.</param>
    /// <param name="options">How.</param>
    /// <returns>The run; <see langword="null"/> when this executor starts only complete plans, which is the default.</returns>
    IOpenRun? TryStartOpen(TaskGraph empty, RunOptions options) => null;

    /// <summary>Starts a run and returns without waiting for its work.</summary>
    /// <param name="graph">What to run.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Cancels the start, not the run.</param>
    /// <returns>The run; disposing it is up to the caller.</returns>
    ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken);

    /// <summary>Starts a run that reuses results of another.</summary>
    /// <param name="graph">What to run.</param>
    /// <param name="options">How.</param>
    /// <param name="reuse">What it may reuse.</param>
    /// <param name="cancellationToken">Cancels the start, not the run.</param>
    /// <returns>The run; disposing it is up to the caller.</returns>
    /// <exception cref="RunStoreException">The other run cannot be read.</exception>
    /// <exception cref="NotSupportedException">The executor reuses nothing.</exception>
    ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, RunReuse reuse, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This executor reuses no results of other runs.");

    /// <summary>Continues a run that is remembered in a store, and whose lease this process has taken.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels the start, not the run.</param>
    /// <returns>The run; disposing it is up to the caller.</returns>
    /// <exception cref="RunStoreException">The run cannot be read.</exception>
    /// <exception cref="NotSupportedException">The executor resumes no runs.</exception>
    ValueTask<IRunHandle> ResumeAsync(RunResumption run, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This executor resumes no runs.");
}
