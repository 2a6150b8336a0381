using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Runs one after another in one process: none costs more than those before it, and none leaves anything behind.</summary>
internal static class LongLifeOperations
{
    private const string Runs = "runs";
    private const int Subtasks = 10;

    public static IEnumerable<GrowthOperation> All =>
    [
        new("long life/one run after another", Runs, RunAll) { Smallest = 80 },
        new("long life/kept after one run after another", Runs, RunAll) { Smallest = 80, IsKept = true, IsOnce = true, Bytes = CostLimit.Constant },
        new("long life/kept after runs by keys of their own", Runs, RunKeys) { Smallest = 80, IsKept = true, IsOnce = true, Bytes = CostLimit.Constant },
    ];

    private static Trial RunAll(int n)
    {
        TaskPlan plan = TaskPlan.Create(static plan =>
        {
            for (int i = 0; i < Subtasks; i++)
            {
                plan.Add($"s{i}", GrowthHost.Work, options: new() { Resources = ResourceRequirements.Of("gpu", 1) });
            }
        });
        return Trial.Using(static () => GrowthHost.Create(register: static builder => builder.AddResource("gpu", 2)), async host =>
        {
            for (int i = 0; i < n; i++)
            {
                await host.RunAsync(plan);
            }
        });
    }

    private static Trial RunKeys(int n) => Trial.Using(CreateKeyedHost, async host =>
    {
        for (int i = 0; i < n; i++)
        {
            string id = $"customer{i}";
            await host.RunAsync(TaskPlan.Create(plan => plan.Add(id, "keyed")));
        }
    });

    private static GrowthHost CreateKeyedHost() => GrowthHost.Create(register: static builder => builder.AddTaskType<None, None>(
        "keyed",
        "Works for a customer.",
        static (_, _, _) => new(None.Value),
        static options =>
        {
            options.MaxConcurrency = 1;
            options.ConcurrencyKey = static subtask => subtask.Id;
        }));
}
