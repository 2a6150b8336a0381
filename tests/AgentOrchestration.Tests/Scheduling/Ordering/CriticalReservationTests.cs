using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Ordering;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling.Ordering;

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
            var options = new RunOptions { MaxParallelism = random.Next(1, 6), MaxBypasses = random.Next(0, 4), ReserveForCriticalPath = true };
            IReadOnlyList<RunEvent> events = new VirtualTimeHost(
                graph, resources, options, (_, _) => new VirtualAttempt(TimeSpan.FromSeconds(random.Next(0, 30))) { Error = random.Next(10) == 0 ? new SubtaskError("Fault", "It fails.") : null }).Run();
            Assert.IsType<RunEnded>(events[^1]);
            Assert.All(resources.Snapshot(), pool => Assert.Equal(0, pool.InUse));
        },
        iter: Simulations.Of(2000));

    [Fact]
    public void It_reserves_for_the_most_urgent_that_waits_for_running_ones_only_whatever_happens() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            TaskGraph graph = GraphOf.Plan(plan => AddRandom(plan, random), new ResourcePools([new("a", 5), new("b", 7)]));
            var state = new RunState(graph);
            var reservation = new CriticalReservation(state, new ResourcePools([new("a", 5), new("b", 7)]), observed: null);
            var consequences = new RunConsequences();
            state.Apply(new RunFact(RunFactKind.RunStarted, time: 0), consequences);
            long now = 0;
            for (int step = 0; step < 60; step++)
            {
                now += random.Next(0, 3) * TimeSpan.TicksPerSecond;
                Happen(state, random, now, consequences);
                reservation.Decide(now);
                Assert.Equal(ExpectedFor(graph, state, reservation), reservation.ReservedFor);
            }
        },
        iter: Simulations.Of(2000));

    [Fact]
    public void To_decide_costs_what_has_happened_however_much_is_running() => Cost.IsLinear(count =>
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("join", "work", after: [.. Enumerable.Range(0, count).Select(i => plan.Add($"s{i}", "work"))]));
        var state = new RunState(graph);
        var reservation = new CriticalReservation(state, new ResourcePools([]), observed: null);
        var consequences = new RunConsequences();
        state.Apply(new RunFact(RunFactKind.RunStarted, time: 0), consequences);
        foreach (RunFactKind kind in (RunFactKind[])[RunFactKind.AttemptStarted, RunFactKind.SubtaskSucceeded])
        {
            for (int subtask = 0; subtask < count; subtask++)
            {
                state.Apply(new RunFact(kind, time: 0, subtask, attempt: 1, payload: None.Value), consequences);
                reservation.Decide(now: 0);
            }

            Assert.Equal(kind == RunFactKind.AttemptStarted ? count : -1, reservation.ReservedFor);
        }

        return reservation.Visits;
    });

    /// <summary>Something random that may happen: a ready subtask starts or is skipped, a running one ends or is to be tried again.</summary>
    private static void Happen(RunState state, Random random, long now, RunConsequences consequences)
    {
        int subtask = random.Next(state.Graph.Count);
        int attempt = state.AttemptOf(subtask);
        if (state.StateOf(subtask) == SubtaskState.Ready)
        {
            state.Apply(
                random.Next(6) == 0
                    ? new RunFact(RunFactKind.SubtaskSkipped, now, subtask, payload: new SkipCause(subtask, SkipReason.Condition))
                    : new RunFact(RunFactKind.AttemptStarted, now, subtask, attempt + 1),
                consequences);
        }
        else if (state.StateOf(subtask) == SubtaskState.Running)
        {
            state.Apply(
                random.Next(3) switch
                {
                    0 => new RunFact(RunFactKind.AttemptFailed, now, subtask, attempt, payload: new AttemptRetry(new SubtaskError("Fault", "It fails."), now)),
                    1 => new RunFact(RunFactKind.AttemptInterrupted, now, subtask, attempt),
                    _ => new RunFact(RunFactKind.SubtaskSucceeded, now, subtask, attempt, payload: None.Value),
                },
                consequences);
        }
    }

    /// <summary>Finds it by looking at everything.</summary>
    private static int ExpectedFor(TaskGraph graph, RunState state, CriticalReservation reservation) => Enumerable.Range(0, graph.Count)
        .Where(subtask => state.StateOf(subtask) == SubtaskState.Pending
            && !reservation.HasGivenUp(subtask)
            && graph.Dependencies[subtask].All(dependency => state.StateOf(dependency) is not (SubtaskState.Pending or SubtaskState.Ready))
            && graph.Dependencies[subtask].Any(dependency => state.StateOf(dependency) == SubtaskState.Running))
        .DefaultIfEmpty(-1)
        .MinBy(subtask => subtask < 0 ? 0 : state.Graph.UrgencyOf(subtask));

    private static IReadOnlyList<RunEvent> Play(bool reserves, int smallSeconds, int gateTakes = 10)
    {
        var resources = new ResourcePools([new("gpu", 4)]);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                SubtaskRef gate = plan.Add("gate", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(10) });
                SubtaskRef big = plan.Add("big", "work", after: [gate], options: new() { Resources = ResourceRequirements.Of("gpu", 4), EstimatedDuration = TimeSpan.FromSeconds(10) });
                plan.Add("after", "work", after: [big], options: new() { EstimatedDuration = TimeSpan.FromSeconds(30) });
                for (int i = 0; i < 8 / (smallSeconds / 5); i++)
                {
                    plan.Add($"small{i}", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1), EstimatedDuration = TimeSpan.FromSeconds(smallSeconds) });
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
            added.Add(plan.Add($"s{i}", "work", after: [.. added.Where(_ => random.Next(4) == 0)], options: new() { EstimatedDuration = TimeSpan.FromSeconds(random.Next(0, 10)), Resources = ResourceRequirements.Of(needs) }));
        }
    }

    private static double StartOf(IReadOnlyList<RunEvent> events, string id) => SecondsOf(events.OfType<AttemptStarted>().Single(started => started.SubtaskId == id));

    private static double SecondsOf(RunEvent next) => (next.Time - DateTimeOffset.UnixEpoch).TotalSeconds;
}
