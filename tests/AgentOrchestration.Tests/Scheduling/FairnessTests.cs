using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

public sealed class FairnessTests
{
    /// <summary>A most urgent subtask that needs both devices, beside small ones that always leave only one of them free.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    [InlineData(64, 40)]
    public void A_big_subtask_is_passed_over_that_often_and_then_waited_for(int limit, int expected)
    {
        var resources = new ResourcePools([new("gpu", 2)]);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                SubtaskRef first = plan.Add("first", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1), EstimatedDuration = TimeSpan.FromHours(9) });
                plan.Add("big", "work", after: [plan.Add("gate", "work", options: new() { EstimatedDuration = TimeSpan.FromHours(8) })], options: new() { Resources = ResourceRequirements.Of("gpu", 2), EstimatedDuration = TimeSpan.FromHours(1) });
                for (int i = 0; i < 40; i++)
                {
                    plan.Add($"small{i}", "work", after: [first], options: new() { Resources = ResourceRequirements.Of("gpu", 1), EstimatedDuration = TimeSpan.FromMinutes(1) });
                }

                plan.Add("other", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1), EstimatedDuration = TimeSpan.FromHours(8) });
            },
            resources);

        // While the big one waits, small ones of 2 s overlap: "other" holds one device to the end, the rest take turns on the second.
        IReadOnlyList<RunEvent> events = new VirtualTimeHost(
            graph,
            resources,
            new RunOptions { MaxParallelism = 100, MaxBypasses = limit },
            (subtask, _) => new VirtualAttempt(TimeSpan.FromSeconds(graph.Subtasks[subtask].Id switch { "first" => 3, "gate" => 1, "other" => 100, _ => 2 }))).Run();

        string[] started = [.. events.OfType<AttemptStarted>().Select(next => next.SubtaskId)];
        Assert.Equal(expected, started.TakeWhile(id => id != "big").Count(id => id.StartsWith("small", StringComparison.Ordinal)));
        Assert.Equal(44, events.OfType<SubtaskSucceeded>().Count());
    }

    [Fact]
    public void What_needs_other_pools_does_not_wait_for_a_reservation()
    {
        var resources = new ResourcePools([new("gpu", 2), new("disk", 1)]);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                plan.Add("holder", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1), EstimatedDuration = TimeSpan.FromHours(3) });
                plan.Add("big", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 2), EstimatedDuration = TimeSpan.FromHours(2) });
                plan.Add("small", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1), EstimatedDuration = TimeSpan.FromHours(1) });
                plan.Add("disk", "work", options: new() { Resources = ResourceRequirements.Of("disk", 1), EstimatedDuration = TimeSpan.FromMinutes(2) });
                plan.Add("nothing", "work", options: new() { EstimatedDuration = TimeSpan.FromMinutes(1) });
            },
            resources);

        IReadOnlyList<RunEvent> events = new VirtualTimeHost(
            graph, resources, new RunOptions { MaxParallelism = 100, MaxBypasses = 0 }, (_, _) => new VirtualAttempt(TimeSpan.FromSeconds(1))).Run();

        Assert.Equal(["holder", "disk", "nothing", "big", "small"], events.OfType<AttemptStarted>().Select(next => next.SubtaskId));
    }

    [Fact]
    public void What_was_held_back_for_a_subtask_starts_when_that_is_cancelled()
    {
        var resources = new ResourcePools([new("gpu", 2)]);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                plan.Add("holder", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1), EstimatedDuration = TimeSpan.FromHours(3) });
                plan.Add("big", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 2), EstimatedDuration = TimeSpan.FromHours(2) });
                plan.Add("small", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1), EstimatedDuration = TimeSpan.FromHours(1) });
            },
            resources);
        var host = new VirtualTimeHost(
            graph, resources, new RunOptions { MaxParallelism = 100, MaxBypasses = 0 }, (_, _) => new VirtualAttempt(TimeSpan.FromSeconds(10)));
        host.At(TimeSpan.FromSeconds(1), (core, now, decisions) => core.CancelSubtask(1, now, decisions));

        IReadOnlyList<RunEvent> events = host.Run();

        AttemptStarted small = events.OfType<AttemptStarted>().Single(next => next.SubtaskId == "small");
        Assert.Equal(TimeSpan.FromSeconds(1), small.Time - DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public void No_subtask_is_passed_over_more_often_than_allowed_and_the_bound_is_reached()
    {
        int reached = 0;
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                (int limit, int most) = MostPassedOver(new Random(seed));
                Assert.InRange(most, 0, limit);
                if (most == limit)
                {
                    Interlocked.Increment(ref reached);
                }
            },
            iter: Simulations.Of(20_000));

        Assert.True(reached > 1_000, $"The bound was reached in {reached} runs only: this test says little.");
    }

    private static (int Limit, int Most) MostPassedOver(Random random)
    {
        string[] names = ["a", "b", "c"];
        var resources = new ResourcePools([.. names.Select(name => new ResourceAmount(name, random.Next(2, 6)))]);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                List<SubtaskRef> made = [];
                int count = random.Next(2, 40);
                for (int i = 0; i < count; i++)
                {
                    SubtaskRef[] after = [.. made.Where(_ => random.Next(count) == 0)];
                    made.Add(plan.Add($"t{i}", "work", after: after, options: new() { EstimatedDuration = TimeSpan.FromSeconds(random.Next(1, 50)), Resources = RandomNeeds() }));
                }
            },
            resources);
        var options = new RunOptions { MaxParallelism = random.Next(2, 20), MaxBypasses = random.Next(0, 5) };
        IReadOnlyList<RunEvent> events = new VirtualTimeHost(
            graph, resources, options, (_, _) => new VirtualAttempt(TimeSpan.FromSeconds(1 << random.Next(0, 6))), seed: random.Next()).Run();
        Assert.Equal(graph.Count, events.OfType<SubtaskSucceeded>().Count());
        Assert.All(resources.Snapshot(), pool => Assert.Equal(0, pool.InUse));
        return (options.MaxBypasses, CountPasses(graph, events).Max());

        ResourceRequirements RandomNeeds() => ResourceRequirements.Of(
            names.Where(_ => random.Next(2) == 0).Select(name => new ResourceAmount(name, random.Next(1, (int)resources.GetCapacity(name)! + 1))).ToArray());
    }

    private static int[] CountPasses(TaskGraph graph, IReadOnlyList<RunEvent> events)
    {
        var indices = new GrowingGraph(graph);
        int[] passes = new int[graph.Count];
        HashSet<int> succeeded = [];
        HashSet<int> started = [];
        foreach (SubtaskEvent next in events.OfType<SubtaskEvent>())
        {
            int subtask = indices.IndexOf(next.SubtaskId)!.Value;
            if (next is SubtaskSucceeded)
            {
                succeeded.Add(subtask);
            }
            else if (next is AttemptStarted && started.Add(subtask))
            {
                for (int other = 0; other < graph.Count; other++)
                {
                    bool waits = !started.Contains(other) && graph.Dependencies[other].All(succeeded.Contains);
                    if (waits
                        && indices.UrgencyOf(other) < indices.UrgencyOf(subtask)
                        && graph.GetResources(other).Amounts.Any(need => graph.GetResources(subtask).Amounts.Any(taken => taken.Name == need.Name)))
                    {
                        passes[other]++;
                    }
                }
            }
        }

        return passes;
    }
}
