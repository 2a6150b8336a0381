using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Forecasting;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Forecasts for other circumstances.</summary>
internal static class WhatIfOperations
{
    private const int Subtasks = 200;

    public static IEnumerable<GrowthOperation> All =>
    [
        new("what-if/one more worker", "subtasks", Worker) { Smallest = 480, Cpu = CostLimit.Sorting },
        new("what-if/another capacity, by pools", "pools", Capacity) { Smallest = 16, Cpu = CostLimit.Sorting },
        new("what-if/one more of each pool", "pools", Gains) { Smallest = 2 },
    ];

    private static Trial Worker(int n) => Ask(
        static () => GrowthHost.Create(),
        GraphPlans.Create(GraphShapes.Create(GraphShapes.Layered, n), GrowthHost.Work),
        static forecast => forecast.WhatIf(new ForecastChange { MaxParallelism = 6 }));

    private static Trial Capacity(int n)
    {
        var change = new ForecastChange { Capacities = new Dictionary<string, long> { ["pool0"] = 2 } };
        return Ask(() => ForecastOperations.CreateHost(n), ForecastOperations.OverPools(n), forecast => forecast.WhatIf(change));
    }

    /// <summary>One simulation for each pool, of a run that stays as it is.</summary>
    private static Trial Gains(int n)
    {
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            for (int i = 0; i < Subtasks; i++)
            {
                plan.Add($"s{i}", GrowthHost.Work, options: new() { EstimatedDuration = TimeSpan.FromSeconds(5), Resources = ResourceRequirements.Of($"pool{i % n}", 1) });
            }
        });
        return Ask(() => ForecastOperations.CreateHost(n), plan, static forecast => forecast.WhatOneMoreBuys());
    }

    private static Trial Ask<T>(Func<GrowthHost> create, TaskPlan plan, Func<Forecast, T> ask)
    {
        Forecast forecast = null!;
        return Trial.Using(
            () =>
            {
                GrowthHost host = create();
                forecast = host.Orchestrator.Forecast(plan);
                return host;
            },
            _ => Task.FromResult(ask(forecast)));
    }
}
