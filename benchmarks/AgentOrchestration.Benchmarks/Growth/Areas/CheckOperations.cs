using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Checks of plans.</summary>
internal static class CheckOperations
{
    private const string Subtasks = "subtasks";
    private const int WrongTypes = 400;

    public static IEnumerable<GrowthOperation> All =>
    [
        new("checks/chain", Subtasks, static n => Check(GraphPlans.Create(GraphShapes.Create(GraphShapes.Chain, n), GrowthHost.Work))),
        new("checks/layers", Subtasks, static n => Check(GraphPlans.Create(GraphShapes.Create(GraphShapes.Layered, n), GrowthHost.Work))),
        new("checks/references", Subtasks, static n => Check(OutputPlans.Chain(n), create: static () => OutputPlans.CreateHost())),
        new("checks/errors", Subtasks, static n => Check(WidePlans.Create(n, "missing"), errors: n)) { Smallest = 1_000 },
        new("checks/unknown types beside those registered", "task types", UnknownTypes)
        {
            Smallest = 240, Unit = "wrong subtask", Units = WrongTypes, Bytes = CostLimit.Constant,
        },
    ];

    private static Trial Check(TaskPlan plan, int errors = 0, Func<GrowthHost>? create = null) => Trial.Using(create ?? (static () => GrowthHost.Create()), host =>
    {
        bool isRefused = host.Orchestrator.Check(plan).Count > 0;
        return isRefused == errors > 0 ? Task.CompletedTask : throw new InvalidOperationException($"The check of a plan with {errors} errors is wrong.");
    });

    private static Trial UnknownTypes(int n) =>
        Check(WidePlans.Create(WrongTypes, "type-7x"), WrongTypes, () => GrowthHost.Create(register: builder => ManyTypes.Register(builder, n)));
}
