using AgentOrchestration.Resources;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Subtasks of one run that wait for resources.</summary>
internal static class PoolOperations
{
    private const string Subtasks = "subtasks";
    private const string Keyed = "keyed";
    private const int PerPool = 10;
    private const int Contenders = 1_000;

    public static IEnumerable<GrowthOperation> All =>
    [
        new("pools/waiting for different pools", Subtasks, DifferentPools) { Smallest = 400 },
        new("pools/declared beside the one that is used", "pools", DeclaredPools)
        {
            Smallest = 160, Unit = "subtask", Units = Contenders, Cpu = CostLimit.Constant, Bytes = CostLimit.Constant,
        },
        new("pools/waiting by key", Subtasks, Keys) { Smallest = 400 },
        new("pools/different amounts of one pool", Subtasks, DifferentAmounts) { Smallest = 400, Cpu = CostLimit.Sorting },
        new("pools/two pools at once", Subtasks, TwoPools) { Smallest = 400 },
    ];

    private static Trial DifferentPools(int n)
    {
        int pools = n / PerPool;
        return Run(
            () => GrowthHost.Create(static options => options.Runs.MaxParallelism = 10_000, builder => ManyPools.Declare(builder, pools)),
            n,
            i => ResourceRequirements.Of($"pool{i % pools}", 1));
    }

    private static Trial DeclaredPools(int n) => Run(
        () => GrowthHost.Create(static options => options.Runs.MaxParallelism = 100, builder => ManyPools.Declare(builder.AddResource("hot", 2), n)),
        Contenders,
        static _ => ResourceRequirements.Of("hot", 1));

    private static Trial Keys(int n) => Run(CreateKeyedHost, n, static _ => ResourceRequirements.None, Keyed);

    private static GrowthHost CreateKeyedHost() => GrowthHost.Create(static options => options.Runs.MaxParallelism = 10_000, static builder => builder.AddTaskType<None, None>(
        Keyed,
        "Works for a customer.",
        static async (_, _, _) =>
        {
            await Task.Yield();
            return None.Value;
        },
        static options =>
        {
            options.MaxConcurrency = 1;
            options.ConcurrencyKey = static subtask => subtask.Id[..^1];
        }));

    private static Trial DifferentAmounts(int n) => Run(
        static () => GrowthHost.Create(static options => options.Runs.MaxParallelism = 100, static builder => builder.AddResource("room", 4_200_000)),
        n,
        static i => ResourceRequirements.Of("room", 1_000_000 + i));

    private static Trial TwoPools(int n) => Run(
        static () => GrowthHost.Create(static options => options.Runs.MaxParallelism = 100, static builder => builder.AddResource("left", 3).AddResource("right", 3)),
        n,
        static i => ResourceRequirements.Of(new ResourceAmount("left", 1 + (i % 2)), new ResourceAmount("right", 2 - (i % 2))));

    private static Trial Run(Func<GrowthHost> create, int n, Func<int, ResourceRequirements> needs, string taskType = GrowthHost.Yield)
    {
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            for (int i = 0; i < n; i++)
            {
                plan.Add($"s{i}", taskType, options: new() { Resources = needs(i) });
            }
        });
        return Trial.Using(create, host => host.RunAsync(plan));
    }
}
