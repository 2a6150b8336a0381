using AgentOrchestration.Graph;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Planning;

/// <summary>
/// Mends in a plan that a decomposer made what can be mended without asking and without changing what the plan means, and records each
/// repair. What could be meant in two ways is left as it is, for the check to refuse.
/// </summary>
internal static class PlanMender
{
    public static TaskPlan Mend(TaskPlan plan)
    {
        var repairs = new PlanRepairs();
        TaskPlan mended = Mend(plan, place: "", depth: 1, repairs);
        return repairs.Count == 0 ? plan : mended with { Repairs = [.. plan.Repairs, .. repairs.ToList()] };
    }

    private static TaskPlan Mend(TaskPlan plan, string place, int depth, PlanRepairs repairs)
    {
        var names = new SubtaskNames(plan.Subtasks);
        var subtasks = new Subtask[plan.Subtasks.Count];
        for (int i = 0; i < subtasks.Length; i++)
        {
            string path = $"{place}/subtasks/{i}";
            subtasks[i] = new SubtaskMender(names, path, repairs).Mend(plan.Subtasks[i]);
            if (subtasks[i].Plan is { } nested && depth < PlanChecker.DeepestPlan)
            {
                subtasks[i] = subtasks[i] with { Plan = Mend(nested, $"{path}/plan", depth + 1, repairs) };
            }
        }

        new ContradictionMender(names, subtasks, place, repairs).Mend();
        return plan with { Subtasks = subtasks };
    }
}
