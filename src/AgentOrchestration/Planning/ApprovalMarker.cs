using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning;

/// <summary>Holds subtasks of a plan that a decomposer made for approval. The plan itself says so then, wherever it goes.</summary>
internal sealed class ApprovalMarker(ITaskTypeRegistry taskTypes, ApprovalScope held)
{
    public TaskPlan Apply(TaskPlan plan) => Apply(plan, depth: 1);

    public Subtask Apply(Subtask subtask) => Apply(subtask, depth: 1);

    /// <summary>A plan that is nested deeper than the check goes is refused.</summary>
    private TaskPlan Apply(TaskPlan plan, int depth) =>
        held == ApprovalScope.Nothing || depth > PlanChecker.DeepestPlan ? plan : plan with { Subtasks = [.. plan.Subtasks.Select(subtask => Apply(subtask, depth))] };

    private Subtask Apply(Subtask subtask, int depth) =>
        subtask.Plan is { } nested ? subtask with { Plan = Apply(nested, depth + 1) }
        : IsHeld(subtask) ? subtask with { Policy = (subtask.Policy ?? new SubtaskPolicy()) with { RequiresApproval = true } }
        : subtask;

    private bool IsHeld(Subtask subtask) => taskTypes.TryGet(subtask.TaskType, out TaskDescriptor? type) && type.Effect switch
    {
        TaskEffect.Irreversible => held is ApprovalScope.Irreversible or ApprovalScope.Changes,
        TaskEffect.Write => held == ApprovalScope.Changes,
        _ => false,
    };
}
