using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Journal;

/// <summary>What a subtask has added, as a journal holds it.</summary>
/// <param name="Plan">The plan as it was added: without the id of the subtask that added it in front of its ids.</param>
/// <param name="IsJoined">Whether that subtask waits for it and makes its output of theirs.</param>
/// <param name="TaskTypes">The task types that the plan names, each with its version.</param>
internal sealed record AddedPlan(TaskPlan Plan, bool IsJoined, IReadOnlyDictionary<string, int> TaskTypes)
{
    public static AddedPlan Of(GraphGrowth growth)
    {
        var versions = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (TaskDescriptor taskType in growth.Part.TaskTypes.Where(taskType => taskType != NestedPlanType.Descriptor))
        {
            versions[taskType.Name] = taskType.Version;
        }

        return new AddedPlan(growth.Plan ?? throw new InvalidOperationException("What was added has no plan."), growth.IsJoined, versions);
    }
}
