using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Reading;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning.Repair;

/// <summary>
/// Repairs in a plan that a decomposer made what can be repaired without asking and without changing what the plan means, and records each
/// repair. What could be meant in two ways is left as it is, for the check to refuse.
/// </summary>
internal static class PlanRepairer
{
    /// <summary>Repairs a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="taskTypes">The task types by whose schemas arguments are repaired; <see langword="null"/> for none.</param>
    public static TaskPlan Repair(TaskPlan plan, ITaskTypeRegistry? taskTypes = null) => Repair(plan, taskTypes, out _);

    /// <summary>Repairs a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="taskTypes">The task types by whose schemas arguments are repaired; <see langword="null"/> for none.</param>
    /// <param name="diagnostics">What passes every check but may mean something else, so that it must be refused.</param>
    public static TaskPlan Repair(TaskPlan plan, ITaskTypeRegistry? taskTypes, out IReadOnlyList<PlanDiagnostic> diagnostics)
    {
        var context = new RepairContext(taskTypes, plan.IsLiteral);
        TaskPlan repaired = Repair(plan, place: "", depth: 1, context);
        diagnostics = context.Diagnostics;
        return context.Repairs.Count == 0 ? plan : repaired with { Repairs = [.. plan.Repairs, .. context.Repairs.ToList()] };
    }

    private static TaskPlan Repair(TaskPlan plan, string place, int depth, RepairContext context)
    {
        var names = new SubtaskNames(plan.Subtasks);
        var subtasks = new Subtask[plan.Subtasks.Count];
        for (int i = 0; i < subtasks.Length; i++)
        {
            string path = $"{place}/subtasks/{i}";
            subtasks[i] = new SubtaskRepairer(names, path, context).Repair(plan.Subtasks[i]);
            if (subtasks[i].Plan is { } nested && depth < PlanChecker.DeepestPlan)
            {
                subtasks[i] = subtasks[i] with { Plan = Repair(nested, $"{path}/plan", depth + 1, context) };
            }
        }

        new ReversedDependencyRepairer(names, subtasks, place, context.Repairs).Repair();
        return plan with { Subtasks = subtasks };
    }
}
