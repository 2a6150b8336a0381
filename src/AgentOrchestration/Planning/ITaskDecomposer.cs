using AgentOrchestration.Plans;

namespace AgentOrchestration.Planning;

/// <summary>Breaks a request into a plan. Implementations must be safe for concurrent use.</summary>
public interface ITaskDecomposer
{
    /// <summary>Makes a plan. It is checked by the caller: a refused one comes back, at most as often as the options say.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="refusal">What was answered before and why it was refused; <see langword="null"/> the first time.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <exception cref="InvalidPlanException">The answer cannot be read as a plan. Counts as a refused plan.</exception>
    ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken);
}
