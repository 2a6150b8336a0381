using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Runs at once that share what there is too little of. Those that wait are in a sorted tree.</summary>
internal static class ManyRunsOperations
{
    private const int Subtasks = 20;

    public static IEnumerable<GrowthOperation> All =>
    [
        Of("many runs/on one pool", register: static builder => builder.AddResource("gpu", 8), needs: ResourceRequirements.Of("gpu", 1)),
        Of("many runs/under the total limit", static options => options.MaxParallelismTotal = 8),
    ];

    private static GrowthOperation Of(
        string name, Action<AgentOrchestrationOptions>? options = null, Action<IAgentOrchestrationBuilder>? register = null, ResourceRequirements? needs = null) =>
        new(name, "runs", n =>
        {
            TaskPlan plan = TaskPlan.Create(plan =>
            {
                for (int i = 0; i < Subtasks; i++)
                {
                    plan.Add($"s{i}", GrowthHost.Yield, options: new() { Resources = needs });
                }
            });
            return Trial.Using(() => GrowthHost.Create(options, register), host => Task.WhenAll(Enumerable.Range(0, n).Select(_ => host.RunAsync(plan))));
        })
        { Smallest = 32, Cpu = CostLimit.Sorting };
}
