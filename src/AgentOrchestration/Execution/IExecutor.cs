using AgentOrchestration.Graph;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Execution;

/// <summary>Makes runs happen. Implementations must be safe for concurrent use.</summary>
public interface IExecutor
{
    /// <summary>Starts a run and returns without waiting for its work.</summary>
    /// <param name="graph">What to run.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Cancels the start, not the run.</param>
    /// <returns>The run; disposing it is up to the caller.</returns>
    ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken);
}
