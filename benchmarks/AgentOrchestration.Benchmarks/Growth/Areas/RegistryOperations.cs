using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>What is registered: task types, plugins, and what is known of task types.</summary>
internal static class RegistryOperations
{
    private const int Runs = 200;

    public static IEnumerable<GrowthOperation> All =>
    [
        new("registries/register task types", "task types", static n => new Trial(() => ManyTypes.Register(new ServiceCollection().AddAgentOrchestration(), n))) { Smallest = 480 },
        new("registries/build and find task types", "task types", Build) { Smallest = 240 },
        new("registries/add plugins", "plugins", static n => new Trial(() => AddPlugins(new ServiceCollection().AddAgentOrchestration(), n))) { Smallest = 80 },
        new("registries/known durations beside the one that is used", "task types", KnownDurations)
        {
            Smallest = 200, Unit = "run", Units = Runs, Cpu = CostLimit.Constant, Bytes = CostLimit.Constant,
        },
    ];

    private static Trial Build(int n) => new(async () =>
    {
        await using GrowthHost host = GrowthHost.Create(register: builder => ManyTypes.Register(builder, n));
        if (host.Orchestrator.Check(WidePlans.Create(1)).Count > 0 || !host.Services.GetRequiredService<ITaskTypeRegistry>().TryGet($"type{n - 1}", out _))
        {
            throw new InvalidOperationException("A task type is missing.");
        }
    });

    private static void AddPlugins(IAgentOrchestrationBuilder builder, int plugins)
    {
        for (int i = 0; i < plugins; i++)
        {
            builder.AddPlugin(new OneTypePlugin(i));
        }
    }

    private static Trial KnownDurations(int n)
    {
        TaskPlan plan = WidePlans.Create(1);
        return Trial.Using(
            () =>
            {
                GrowthHost host = GrowthHost.Create();
                host.Services.GetRequiredService<IObservedDurations>().Restore(Enumerable.Range(0, n).Select(static i => new ObservedDuration($"type{i}", default, default)));
                return host;
            },
            async host =>
            {
                for (int i = 0; i < Runs; i++)
                {
                    await host.RunAsync(plan);
                }
            });
    }
}
