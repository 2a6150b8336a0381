using System.Text.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Represents the task type of a subtask that is a plan of its own: its code is never called.</summary>
internal static class NestedPlanType
{
    public static TaskDescriptor Descriptor { get; } = TaskDescriptor.ForPlan<None, JsonElement>(Subtask.NestedPlan, "A plan of its own.");
}
