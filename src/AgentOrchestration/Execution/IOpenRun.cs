using AgentOrchestration.Graph;

namespace AgentOrchestration.Execution;

/// <summary>A run that has started before its plan is complete. Implementations must be safe for concurrent use.</summary>
public interface IOpenRun : IRunHandle
{
    /// <summary>Adds a subtask of the plan, all of whose dependencies have been added before.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <returns>Whether it has passed the checks; otherwise nothing was added.</returns>
    bool TryExtendPlan(Subtask subtask);

    /// <summary>Completes the plan. It contains every subtask that was added, unchanged.</summary>
    /// <param name="graph">The checked plan.</param>
    /// <param name="cancellationToken">Cancels the wait for its order of execution, not the run.</param>
    /// <returns>Whether the run continues with it; a run that was stopped in the meantime does not.</returns>
    ValueTask<bool> TryCompletePlanAsync(TaskGraph graph, CancellationToken cancellationToken);
}
