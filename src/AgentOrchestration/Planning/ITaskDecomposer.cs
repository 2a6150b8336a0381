using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Planning;

/// <summary>Breaks a request into a plan. Implementations must be safe for concurrent use.</summary>
public interface ITaskDecomposer
{
    /// <summary>Makes a plan. The caller checks it: a refused plan is sent back, at most as often as the options allow.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="refusal">What was answered before and why it was refused; <see langword="null"/> the first time.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="InvalidPlanException">
    /// The answer cannot be read as a plan. Counts as a refused plan, and is asked for again unless a diagnostic says that this cannot help, such as
    /// <see cref="PlanDiagnosticCode.ModelRefusal"/>.
    /// </exception>
    ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a plan and reports each subtask as soon as it is known, while the rest is still being written, so that work without side effects can
    /// begin. By default nothing is reported before the plan is complete.
    /// </summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="refusal">What was answered before and why it was refused; <see langword="null"/> the first time.</param>
    /// <param name="onSubtask">
    /// Receives the subtasks, one after another, each once and as it appears in the plan. Never throws. None is reported any more when something is
    /// found to be wrong.
    /// </param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <returns>The plan. Its subtasks are those that were reported.</returns>
    /// <exception cref="InvalidPlanException">The answer cannot be read as a plan. Counts as a refused plan.</exception>
    ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, Action<Subtask> onSubtask, CancellationToken cancellationToken) =>
        DecomposeAsync(request, refusal, cancellationToken);
}
