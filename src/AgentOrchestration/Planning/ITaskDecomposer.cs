using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Planning;

/// <summary>Breaks a request into a plan. Implementations must be safe for concurrent use.</summary>
public interface ITaskDecomposer
{
    /// <summary>Makes a plan. It is checked by the caller: a refused one comes back, at most as often as the options say.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="refusal">What was answered before and why it was refused; <see langword="null"/> the first time.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <exception cref="InvalidPlanException">
    /// The answer cannot be read as a plan. Counts as a refused plan, and is asked for again unless a diagnostic says that this cannot help, such as
    /// <see cref="PlanDiagnosticCode.ModelRefusal"/>.
    /// </exception>
    ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken);

    /// <summary>
    /// The same, and tells each subtask as soon as it is known, while the rest is still being made: what changes nothing outside can begin
    /// then. By default nothing is told before the plan is complete.
    /// </summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="refusal">What was answered before and why it was refused; <see langword="null"/> the first time.</param>
    /// <param name="onSubtask">
    /// Hears the subtasks, one after another, each once and as it stands in the plan. Never throws. None is told any more when something is
    /// found to be wrong.
    /// </param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <exception cref="InvalidPlanException">The answer cannot be read as a plan. Counts as a refused plan.</exception>
    ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, Action<Subtask> onSubtask, CancellationToken cancellationToken) =>
        DecomposeAsync(request, refusal, cancellationToken);
}
