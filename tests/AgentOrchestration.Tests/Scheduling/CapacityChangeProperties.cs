using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

public sealed class CapacityChangeProperties
{
    private static readonly string[] Names = ["a", "b", "c"];

    /// <summary>Pools grow and shrink at any moment, one of them is used up: every run ends, and what fails could not be served.</summary>
    [Fact]
    public void Whatever_becomes_of_the_pools_no_run_waits_for_ever_and_nothing_fails_that_could_be_served() =>
        Gen.Int[0, int.MaxValue].Sample(seed => Hold(new Random(seed)), iter: Simulations.Of(20_000));

    private static void Hold(Random random)
    {
        var resources = new ResourcePools(
            [new("a", random.Next(1, 6)), new("b", random.Next(1, 6)), new("c", random.Next(1, 40)) { Kind = ResourcePoolKind.Consumable }], timeProvider: null);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                List<SubtaskRef> made = [];
                int count = random.Next(1, 30);
                for (int i = 0; i < count; i++)
                {
                    made.Add(plan.Add(
                        $"t{i}", "work", after: [.. made.Where(_ => random.Next(count) == 0)], options: new() { EstimatedDuration = TimeSpan.FromSeconds(random.Next(0, 50)), Resources = RandomNeeds() }));
                }
            },
            resources);
        var host = new VirtualTimeHost(
            graph,
            resources,
            new RunOptions { MaxParallelism = random.Next(1, 10), MaxBypasses = random.Next(0, 4), CancellationGracePeriod = TimeSpan.FromSeconds(1) },
            (_, _) => new VirtualAttempt(TimeSpan.FromSeconds(random.Next(1, 20))),
            seed: random.Next());
        long[] least = [.. Names.Select(name => resources.GetCapacity(name)!.Value)];
        for (int change = 0; change < 6; change++)
        {
            int pool = random.Next(Names.Length);
            int capacity = random.Next(0, pool == 2 ? 60 : 8);
            host.At(TimeSpan.FromSeconds(random.Next(0, 120)), (core, now, decisions) =>
            {
                resources.SetCapacity(Names[pool], capacity);
                least[pool] = Math.Min(least[pool], capacity);
                core.ResourcesReleased(now, decisions);
            });
        }

        IReadOnlyList<RunEvent> events = host.Run();

        Assert.IsType<RunEnded>(events[^1]);
        Assert.All(events.OfType<SubtaskFailed>(), failed => Assert.Equal("ResourceUnavailable", failed.Error.Kind));
        Assert.All(
            events.OfType<SubtaskFailed>(),
            failed => Assert.Contains(
                graph.GetResources(new GrowingGraph(graph).IndexOf(failed.SubtaskId)!.Value).Amounts,
                need => need.Name == "c" || need.Amount > least[Array.IndexOf(Names, need.Name)]));
        Assert.All(resources.Snapshot(), pool => Assert.True(pool.Kind == ResourcePoolKind.Consumable || pool.InUse == 0));

        ResourceRequirements RandomNeeds() => ResourceRequirements.Of(
            Names.Where(_ => random.Next(2) == 0).Select(name => new ResourceAmount(name, random.Next(1, (int)Math.Min(5, resources.GetCapacity(name)!.Value) + 1))).ToArray());
    }
}
