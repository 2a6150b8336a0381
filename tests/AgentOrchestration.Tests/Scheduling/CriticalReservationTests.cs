using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>A step of 10 s, then one of 10 s that needs all four devices; then one of 30 s. Beside them work that needs one device each.</summary>
public sealed class CriticalReservationTests
{
    [Theory]
    [InlineData(false, 15, 55)]
    [InlineData(true, 10, 50)]
    public void What_critical_work_is_going_to_need_is_kept_free_when_a_run_reserves(bool reserves, int startsAt, int endsAt)
    {
        IReadOnlyList<RunEvent> events = Play(reserves, smallSeconds: 15);

        Assert.Equal(startsAt, StartOf(events, "big"));
        Assert.Equal(endsAt, SecondsOf(events[^1]));
    }

    [Fact]
    public void Work_that_ends_before_the_reservation_is_needed_goes_on()
    {
        IReadOnlyList<RunEvent> events = Play(reserves: true, smallSeconds: 5);

        Assert.Equal(10, StartOf(events, "big"));
        Assert.Equal(8, events.OfType<AttemptStarted>().Count(started => started.SubtaskId.StartsWith("small", StringComparison.Ordinal) && SecondsOf(started) < 10));
    }

    [Fact]
    public void A_reservation_is_given_up_when_what_it_waits_for_takes_too_long()
    {
        IReadOnlyList<RunEvent> events = Play(reserves: true, smallSeconds: 15, gateTakes: 100);

        // The expected 10 s and a quarter of them: from then on nothing is held back.
        Assert.Equal(12.5, events.OfType<AttemptStarted>().Where(started => started.SubtaskId.StartsWith("small", StringComparison.Ordinal)).Min(SecondsOf), 0.001);
    }

    [Fact]
    public void No_reservation_keeps_a_run_from_ending() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            var resources = new ResourcePools([new("a", 5), new("b", 7)]);
            TaskGraph graph = GraphOf.Plan(plan => AddRandom(plan, random), resources);
            var options = new RunOptions { MaxParallelism = random.Next(1, 6), MaxPassedOver = random.Next(0, 4), ReserveForCriticalPath = true };
            IReadOnlyList<RunEvent> events = new VirtualTimeHost(
                graph, resources, options, (_, _) => new VirtualAttempt(TimeSpan.FromSeconds(random.Next(0, 30))) { Error = random.Next(10) == 0 ? new SubtaskError("Fault", "It fails.") : null }).Run();
            Assert.IsType<RunEnded>(events[^1]);
            Assert.All(resources.Snapshot(), pool => Assert.Equal(0, pool.InUse));
        },
        iter: Simulations.Of(2000));

    private static IReadOnlyList<RunEvent> Play(bool reserves, int smallSeconds, int gateTakes = 10)
    {
        var resources = new ResourcePools([new("gpu", 4)]);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                SubtaskRef gate = plan.Add("gate", "work", estimatedDuration: TimeSpan.FromSeconds(10));
                SubtaskRef big = plan.Add("big", "work", after: [gate], resources: ResourceRequirements.Of("gpu", 4), estimatedDuration: TimeSpan.FromSeconds(10));
                plan.Add("after", "work", after: [big], estimatedDuration: TimeSpan.FromSeconds(30));
                for (int i = 0; i < 8 / (smallSeconds / 5); i++)
                {
                    plan.Add($"small{i}", "work", resources: ResourceRequirements.Of("gpu", 1), estimatedDuration: TimeSpan.FromSeconds(smallSeconds));
                }
            },
            resources);
        return new VirtualTimeHost(
            graph,
            resources,
            new RunOptions { MaxParallelism = 100, ReserveForCriticalPath = reserves },
            (subtask, _) => new VirtualAttempt(graph.Subtasks[subtask].Id == "gate" ? TimeSpan.FromSeconds(gateTakes) : graph.Subtasks[subtask].EstimatedDuration!.Value)).Run();
    }

    private static void AddRandom(TaskPlanBuilder plan, Random random)
    {
        List<SubtaskRef> added = [];
        for (int i = random.Next(2, 20); i > 0; i--)
        {
            ResourceAmount[] needs = [.. new[] { new ResourceAmount("a", random.Next(0, 6)), new ResourceAmount("b", random.Next(0, 8)) }.Where(need => need.Amount > 0)];
            added.Add(plan.Add($"s{i}", "work", after: [.. added.Where(_ => random.Next(4) == 0)], estimatedDuration: TimeSpan.FromSeconds(random.Next(0, 10)), resources: ResourceRequirements.Of(needs)));
        }
    }

    private static double StartOf(IReadOnlyList<RunEvent> events, string id) => SecondsOf(events.OfType<AttemptStarted>().Single(started => started.SubtaskId == id));

    private static double SecondsOf(RunEvent next) => (next.Time - DateTimeOffset.UnixEpoch).TotalSeconds;
}
