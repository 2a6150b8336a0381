namespace AgentOrchestration.Benchmarks.Graphs;

/// <summary>Graphs as plans made in code, with the order of the tasks and without arguments.</summary>
internal static class GraphPlans
{
    public static TaskPlan Create(ShapedGraph graph, string taskType) => TaskPlan.Create(plan =>
    {
        var added = new SubtaskRef[graph.Count];
        for (int task = 0; task < graph.Count; task++)
        {
            int[] dependencies = graph.Dependencies[task];
            added[task] = plan.Add(
                $"t{task}", taskType, after: dependencies.Length == 0 ? null : Array.ConvertAll(dependencies, dependency => added[dependency]));
        }
    });
}
