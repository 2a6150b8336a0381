using AgentOrchestration.Plans;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning;

/// <summary>Holds subtasks of a plan that a decomposer made for approval. The plan itself says so then, wherever it goes.</summary>
internal sealed class ApprovalHold(ITaskTypeRegistry taskTypes, HeldForApproval held)
{
    public TaskPlan Apply(TaskPlan plan) =>
        held == HeldForApproval.Nothing ? plan : plan with { Subtasks = [.. plan.Subtasks.Select(Apply)] };

    public Subtask Apply(Subtask subtask) =>
        subtask.Plan is { } nested ? subtask with { Plan = Apply(nested) }
        : IsHeld(subtask) ? subtask with { Policy = (subtask.Policy ?? new SubtaskPolicy()) with { RequiresApproval = true } }
        : subtask;

    private bool IsHeld(Subtask subtask) => taskTypes.TryGet(subtask.TaskType, out TaskDescriptor? type) && type.Effect switch
    {
        TaskEffect.Irreversible => held is HeldForApproval.Irreversible or HeldForApproval.Changes,
        TaskEffect.Write => held == HeldForApproval.Changes,
        _ => false,
    };
}
