using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Search;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Forecasts: runs that are played through in virtual time.</summary>
internal static class ForecastOperations
{
    public const int PerPool = 10;

    public static IEnumerable<GrowthOperation> All =>
    [
        new("forecasts/layers", "subtasks", Layers) { Smallest = 240, Cpu = CostLimit.Sorting },
        new("forecasts/bottleneck among pools", "pools", Bottleneck) { Smallest = 8, Cpu = CostLimit.Sorting },
        new("forecasts/of a run that goes on", "subtasks", MidRun) { Smallest = 480, Cpu = CostLimit.Sorting },
        new("forecasts/range of ten runs", "subtasks", Range) { Smallest = 80, Cpu = CostLimit.Sorting },
        new("forecasts/optimized order, by pools", "pools", Optimized) { Smallest = 8, Cpu = CostLimit.Sorting },
    ];

    /// <summary>Ten subtasks for each pool of one place; they take different times.</summary>
    public static TaskPlan OverPools(int pools) => TaskPlan.Create(plan =>
    {
        for (int i = 0; i < pools * PerPool; i++)
        {
            plan.Add(
                $"s{i}", GrowthHost.Work, options: new() { EstimatedDuration = TimeSpan.FromSeconds(5 + (i % 7)), Resources = ResourceRequirements.Of($"pool{i % pools}", 1) });
        }
    });

    public static GrowthHost CreateHost(int pools, Action<IAgentOrchestrationBuilder>? register = null) => GrowthHost.Create(
        static options => options.Runs.MaxParallelism = 100_000,
        builder =>
        {
            ManyPools.Declare(builder, pools);
            register?.Invoke(builder);
        });

    private static Trial Layers(int n)
    {
        TaskPlan plan = GraphPlans.Create(GraphShapes.Create(GraphShapes.Layered, n), GrowthHost.Work);
        return Trial.Using(static () => GrowthHost.Create(), host => Task.FromResult(host.Orchestrator.Forecast(plan)));
    }

    private static Trial Bottleneck(int n)
    {
        TaskPlan plan = OverPools(n);
        return Trial.Using(() => CreateHost(n), host => Task.FromResult(host.Orchestrator.Forecast(plan).Bottleneck));
    }

    private static Trial MidRun(int n) => Trial.Using(
        () => StartedRun.StartAsync(GrowthHost.Create(), WidePlans.Create(n, GrowthHost.Stay)), static started => Task.FromResult(started.Run.Forecast()));

    private static Trial Range(int n)
    {
        Forecast forecast = null!;
        TaskPlan plan = GraphPlans.Create(GraphShapes.Create(GraphShapes.Layered, n), GrowthHost.Work);
        return Trial.Using(
            () =>
            {
                GrowthHost host = GrowthHost.Create();
                forecast = host.Orchestrator.Forecast(plan);
                return host;
            },
            _ => Task.FromResult(forecast.Simulate(runs: 10)));
    }

    /// <summary>The search itself has a limit of time: it is asked for no schedule more than it needs to begin.</summary>
    private static Trial Optimized(int n)
    {
        TaskPlan plan = OverPools(n);
        return Trial.Using(
            () => CreateHost(n, static builder => builder.UseSchedulingPolicy(SchedulingPolicies.Optimized(new SearchBudget { MaxSchedules = 1 }))),
            host => host.RunAsync(plan));
    }
}
