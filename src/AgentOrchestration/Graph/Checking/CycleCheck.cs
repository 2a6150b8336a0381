using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Reports each cycle of a plan, with the places of the dependencies of which one has to go.</summary>
internal static class CycleCheck
{
    private const int MaxEdges = 20;

    public static void Report(TaskPlan plan, SuccessorGraph successors, PlanReport report)
    {
        foreach (IReadOnlyList<int> cycle in TopologicalOrder.FindCycles(successors))
        {
            string path = string.Join(" → ", cycle.Append(cycle[0]).Select(vertex => Excerpt.Of(plan.Subtasks[vertex].Id)));
            report.Add(
                PlanDiagnosticCode.Cycle, cycle[0], "/dependsOn",
                $"These subtasks depend on each other in a cycle: {path}.",
                $"Remove one of these dependencies: {string.Join(", ", cycle.Take(MaxEdges).Select((vertex, step) => PlaceOfEdge(plan, report, vertex, cycle[(step + 1) % cycle.Count])))}{(cycle.Count > MaxEdges ? " and so on" : "")}.");
        }
    }

    /// <summary>Where it stands that the second waits for the first.</summary>
    private static string PlaceOfEdge(TaskPlan plan, PlanReport report, int first, int second)
    {
        string id = plan.Subtasks[first].Id;
        foreach ((string property, IReadOnlyList<string> ids) in
            (ReadOnlySpan<(string, IReadOnlyList<string>)>)[("dependsOn", plan.Subtasks[second].DependsOn), ("optionalDependsOn", plan.Subtasks[second].OptionalDependsOn)])
        {
            for (int i = 0; i < ids.Count; i++)
            {
                if (ids[i] == id)
                {
                    return $"{report.PlaceOf(second)}/{property}/{i}";
                }
            }
        }

        return report.PlaceOf(second);
    }
}
