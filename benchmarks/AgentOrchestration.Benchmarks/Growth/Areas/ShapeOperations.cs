using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Runs of graphs by their shape.</summary>
internal static class ShapeOperations
{
    private const string Subtasks = "subtasks";

    public static IEnumerable<GrowthOperation> All =>
    [
        Run("runs/chain", static n => GraphPlans.Create(GraphShapes.Create(GraphShapes.Chain, n), GrowthHost.Work)),
        Run("runs/wide", static n => WidePlans.Create(n)),
        Run("runs/wide, of asynchronous work", static n => WidePlans.Create(n, GrowthHost.Yield)),
        Run("runs/fan-in", FanIn),
        Run("runs/layers", static n => GraphPlans.Create(GraphShapes.Create(GraphShapes.Layered, n), GrowthHost.Work)),
        Run("runs/diamond", static n => GraphPlans.Create(GraphShapes.Create(GraphShapes.Fan, n), GrowthHost.Work)),
        Run("runs/tree", static n => GraphPlans.Create(GraphShapes.Create(GraphShapes.Tree, n), GrowthHost.Work)),
    ];

    private static GrowthOperation Run(string name, Func<int, TaskPlan> create) => new(name, Subtasks, n =>
    {
        TaskPlan plan = create(n);
        return Trial.Using(static () => GrowthHost.Create(), host => host.RunAsync(plan));
    })
    { Smallest = 1_000 };

    private static TaskPlan FanIn(int n) => TaskPlan.Create(plan =>
    {
        SubtaskRef[] all = [.. Enumerable.Range(0, n).Select(i => plan.Add($"s{i}", GrowthHost.Work))];
        plan.Add("join", GrowthHost.Work, after: all);
    });
}
