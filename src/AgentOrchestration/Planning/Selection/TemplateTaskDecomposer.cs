using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Planning.Selection;

/// <summary>Answers requests that fit a template, the first that does, and leaves all others to the next decomposer; so too a plan that was refused.</summary>
internal sealed class TemplateTaskDecomposer(IReadOnlyList<PlanTemplate> templates, ITaskDecomposer next) : ITaskDecomposer
{
    public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) =>
        Fill(request, refusal) is { } plan ? ValueTask.FromResult(plan) : next.DecomposeAsync(request, refusal, cancellationToken);

    public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, Action<Subtask> onSubtask, CancellationToken cancellationToken)
    {
        if (Fill(request, refusal) is not { } plan)
        {
            return next.DecomposeAsync(request, refusal, onSubtask, cancellationToken);
        }

        foreach (Subtask subtask in plan.Subtasks)
        {
            onSubtask(subtask);
        }

        return ValueTask.FromResult(plan);
    }

    private TaskPlan? Fill(OrchestrationRequest request, PlanRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(request);
        return refusal is null ? templates.Select(template => template.TryFill(request)).FirstOrDefault(plan => plan is not null) : null;
    }
}
