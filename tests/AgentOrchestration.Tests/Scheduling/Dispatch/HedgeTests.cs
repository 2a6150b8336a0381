using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;
using static AgentOrchestration.Tests.Scheduling.Dispatch.HedgeWorld;

namespace AgentOrchestration.Tests.Scheduling.Dispatch;

/// <summary>A second attempt beside one that shows no progress: when it starts, and when it does not.</summary>
public sealed class HedgeTests
{
    [Fact]
    public void The_first_of_two_attempts_to_succeed_gives_the_output_and_the_other_is_stopped()
    {
        IReadOnlyList<RunEvent> events = Play(One(), Slow);

        Assert.Equal(
            ["0.0 AttemptStarted 1 -", $"{Late:F1} AttemptStarted 2 1", $"{Late + 1:F1} SubtaskSucceeded 2", $"{Late + 1:F1} AttemptDropped 1", $"{Late + 1:F1} RunEnded"],
            events.Skip(1).Select(Describe));
        Assert.Equal("output of 2", RunSnapshot.Fold(events).Subtasks[0].Output);
    }

    [Fact]
    public void When_the_first_attempt_is_faster_after_all_the_second_one_is_stopped()
    {
        IReadOnlyList<RunEvent> events = Play(One(), (_, attempt) => Attempt(attempt, seconds: attempt == 1 ? 1.5 : 1));

        Assert.Equal("output of 1", RunSnapshot.Fold(events).Subtasks[0].Output);
        Assert.Equal(["1.5 SubtaskSucceeded 1", "1.5 AttemptDropped 2", "1.5 RunEnded"], events.Skip(3).Select(Describe));
    }

    [Fact]
    public void Without_a_share_there_is_no_second_attempt_and_the_host_is_asked_for_nothing()
    {
        DispatchCore core = NewCore(One(), new RunOptions());
        var commands = new HostCommands();
        core.Start(0, commands);

        Assert.Single(commands.Starts);
        Assert.Empty(commands.Others);
    }

    [Fact]
    public void The_host_is_asked_for_one_timer_at_the_earliest_time()
    {
        DispatchCore core = NewCore(Many(30), Options());
        var commands = new HostCommands();
        core.Start(0, commands);

        Assert.Equal(30, commands.Others.Count(command => command.Kind == HostCommandKind.WatchProgress));
        HostCommand wake = Assert.Single(commands.Others, command => command.Kind == HostCommandKind.WakeRun);
        Assert.InRange(wake.DueAt, 1.17 * TimeSpan.TicksPerSecond, 1.19 * TimeSpan.TicksPerSecond);
    }

    [Theory]
    [InlineData(TaskEffect.Pure, false, 1)]
    [InlineData(TaskEffect.Read, false, 1)]
    [InlineData(TaskEffect.Write, false, 0)]
    [InlineData(TaskEffect.Irreversible, false, 0)]
    [InlineData(TaskEffect.Read, true, 0)]
    public void Only_work_that_changes_nothing_and_that_nobody_approves_gets_one(TaskEffect effect, bool isApproved, int hedges)
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("only", "work"), options: options => (options.Effect, options.RequiresApproval) = (effect, isApproved));

        Assert.Equal(hedges, HedgesIn(Play(graph, Slow)));
    }

    [Fact]
    public void What_has_shown_progress_gets_none()
    {
        ObservedDurations known = Known(firstProgress: 0.5);

        Assert.Equal(0, HedgesIn(Play(One(), (_, attempt) => Slow(0, attempt) with { FirstProgress = 0.55 * Second }, known: known)));
        Assert.Equal(1, HedgesIn(Play(One(), (_, attempt) => Slow(0, attempt) with { FirstProgress = 0.7 * Second }, known: known)));
    }

    [Fact]
    public void Nothing_is_concluded_from_few_attempts()
    {
        var known = new ObservedDurations();
        for (int i = 0; i < 9; i++)
        {
            known.Observe(One().Subtasks[0], Second);
        }

        Assert.Equal(0, HedgesIn(Play(One(), Slow, known: known)));
    }

    [Fact]
    public void A_run_learns_from_its_own_attempts_also_for_those_that_run_already()
    {
        IReadOnlyList<RunEvent> events = Play(Many(30), (subtask, attempt) => Attempt(attempt, seconds: subtask == 7 && attempt == 1 ? 10 : 1), known: new ObservedDurations());

        AttemptStarted hedge = Assert.Single(events.OfType<AttemptStarted>(), start => start.HedgeOf is not null);
        Assert.Equal("t7", hedge.SubtaskId);
        Assert.Equal(Late, SecondsOf(hedge), tolerance: 0.01);
    }

    /// <summary>The late one has nothing behind it; another way takes longer.</summary>
    [Fact]
    public void What_the_end_of_the_run_does_not_wait_for_gets_none()
    {
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                plan.Add("late", "work");
                SubtaskRef last = plan.Add("way", "work");
                for (int i = 0; i < 5; i++)
                {
                    last = plan.Add($"way-{i}", "work", after: [last]);
                }
            },
            options: Reads);

        Assert.Equal(0, HedgesIn(Play(graph, (subtask, attempt) => Attempt(attempt, seconds: subtask == 0 && attempt == 1 ? 2 : 1))));
        Assert.Equal(1, HedgesIn(Play(graph, (subtask, attempt) => Attempt(attempt, seconds: subtask == 1 && attempt == 1 ? 2 : 1))));
    }

    [Fact]
    public void Without_a_free_worker_there_is_none()
    {
        Assert.Equal(0, HedgesIn(Play(One(), Slow, Options(maxParallelism: 1))));
        Assert.Equal(1, HedgesIn(Play(One(), Slow, Options(maxParallelism: 2))));
    }

    [Fact]
    public void As_long_as_something_waits_for_its_turn_there_is_none()
    {
        var pools = new ResourcePools([new ResourceAmount("a", 1)]);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                plan.Add("late", "work");
                plan.Add("holds", "work", options: new() { Resources = ResourceRequirements.Of("a", 1), EstimatedDuration = 2 * Second });
                plan.Add("waits", "work", options: new() { Resources = ResourceRequirements.Of("a", 1), EstimatedDuration = 2 * Second });
            },
            pools,
            Reads);

        IReadOnlyList<RunEvent> events = Play(graph, (subtask, attempt) => Attempt(attempt, seconds: subtask == 0 && attempt == 1 ? 20 : 2), pools: pools);

        // At 1.18 s one still waits. It is looked at again when it has taken twice as long.
        Assert.Equal(2 * Late, SecondsOf(Assert.Single(events.OfType<AttemptStarted>(), start => start.HedgeOf is not null)), tolerance: 0.01);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    public void It_needs_all_that_the_first_needs(int capacity, int hedges)
    {
        var pools = new ResourcePools([new ResourceAmount("a", capacity)]);
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("only", "work", options: new() { Resources = ResourceRequirements.Of("a", 1) }), pools, Reads);

        Assert.Equal(hedges, HedgesIn(Play(graph, Slow, pools: pools)));
        Assert.Equal(0, Assert.Single(pools.Snapshot()).InUse);
    }

    [Fact]
    public void What_another_run_waits_for_is_not_taken()
    {
        var pools = new ResourcePools([new ResourceAmount("a", 5)]);
        var room = new WaitingRoom(new AttemptLimiter(pools, maxAttempts: null), TimeProvider.System);
        TaskGraph one = GraphOf.Plan(plan => plan.Add("only", "work", options: new() { Resources = ResourceRequirements.Of("a", 1) }), pools, Reads);

        // The other run holds more, so that nothing but its waiting speaks for it.
        TaskGraph other = GraphOf.Plan(
            plan =>
            {
                plan.Add("large", "work", options: new() { Resources = ResourceRequirements.Of("a", 3) });
                plan.Add("waits", "work", options: new() { Resources = ResourceRequirements.Of("a", 2) });
            },
            pools,
            Reads);
        var core = new DispatchCore(one, new RunResources(room), "one", Options(), observed: Known());
        var waiting = new DispatchCore(other, new RunResources(room), "other", new RunOptions());
        var commands = new HostCommands();
        core.Start(0, commands);
        var others = new HostCommands();
        waiting.Start(0, others);
        Assert.Single(others.Starts);
        commands.Clear();

        core.RunDue(2 * TimeSpan.TicksPerSecond, commands);
        Assert.Empty(commands.Starts);

        waiting.CancelRun(0, new HostCommands());
        core.RunDue(4 * TimeSpan.TicksPerSecond, commands);
        Assert.Single(commands.Starts).Lease!.Dispose();
    }

    /// <summary>49 attempts are not enough for one of fifty.</summary>
    [Theory]
    [InlineData(49, 0)]
    [InlineData(50, 1)]
    [InlineData(149, 2)]
    public void There_are_no_more_than_the_share_of_the_attempts(int count, int hedges) => Assert.Equal(
        hedges,
        HedgesIn(Play(Many(count), (subtask, attempt) => Attempt(attempt, seconds: subtask % 25 == 0 && attempt == 1 ? 10 : 1), Options(share: 0.02, maxParallelism: 1_000))));

    [Fact]
    public void When_more_than_a_tenth_is_late_it_is_not_the_attempt()
    {
        Assert.Equal(1, HedgesIn(Play(Many(100), (_, attempt) => Attempt(attempt, seconds: 10), Options(maxParallelism: 1_000))));
        Assert.Equal(10, HedgesIn(Play(Many(100), (subtask, attempt) => Attempt(attempt, seconds: subtask % 10 == 0 && attempt == 1 ? 10 : 1), Options(maxParallelism: 1_000))));
    }

    [Fact]
    public void What_an_endpoint_has_rejected_is_not_sent_twice()
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("only", "work"), options: options =>
        {
            Reads(options);
            options.Retry.MaxAttempts = 2;
        });
        DispatchCore core = NewCore(graph, Options());
        var commands = new HostCommands();
        core.Start(0, commands);
        core.Returned(0, 1, new AttemptResult { Error = Broken, MayRetry = true, RetryAfter = Second }, 0, commands);
        core.RetryDue(0, TimeSpan.TicksPerSecond, commands);
        Assert.Equal([1, 2], commands.Starts.Select(start => start.Attempt));

        core.RunDue(10 * TimeSpan.TicksPerSecond, commands);

        Assert.Equal(2, commands.Starts.Count);
    }

    [Fact]
    public void The_host_may_know_a_reason_against_it()
    {
        DispatchCore core = NewCore(One(), Options());
        core.MayHedge = (subtask, attempt) => (subtask, attempt) != (0, 1);
        var commands = new HostCommands();
        core.Start(0, commands);

        core.RunDue(10 * TimeSpan.TicksPerSecond, commands);

        Assert.Single(commands.Starts);
    }

    /// <summary>What is used in vain would be lacking where it is needed.</summary>
    [Theory]
    [InlineData(null, null, null, null, 1)]
    [InlineData(null, null, null, 100, 1)]
    [InlineData(100, null, null, null, 0)]
    [InlineData(null, 100, null, null, 0)]
    [InlineData(null, null, 100, null, 0)]
    public void What_the_budget_limits_is_left_for_what_is_needed(int? attempts, int? tokens, int? cost, int? seconds, int hedges) => Assert.Equal(
        hedges,
        HedgesIn(Play(One(), Slow, Options(budget: new RunBudget { MaxAttempts = attempts, MaxTokens = tokens, MaxCost = cost, MaxTime = seconds * Second }))));

    [Theory]
    [InlineData(ResourcePoolKind.Reusable, 1)]
    [InlineData(ResourcePoolKind.Replenishing, 1)]
    [InlineData(ResourcePoolKind.Consumable, 0)]
    public void What_is_gone_when_it_is_used_is_left_for_what_is_needed(ResourcePoolKind kind, int hedges)
    {
        var pools = new ResourcePools([new ResourceDeclaration("a", 100) { Kind = kind, Period = kind == ResourcePoolKind.Replenishing ? Second : default }], timeProvider: null);
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("only", "work", options: new() { Resources = ResourceRequirements.Of("a", 1) }), pools, Reads);

        Assert.Equal(hedges, HedgesIn(Play(graph, Slow, pools: pools)));
    }

    /// <summary>The host reports each progress by itself, and gets its timer with the one that shows how long attempts need.</summary>
    [Fact]
    public void The_first_progress_of_others_sets_the_timer()
    {
        DispatchCore core = NewCore(Many(12), Options(), new ObservedDurations());
        var commands = new HostCommands();
        core.Start(0, commands);
        for (int subtask = 0; subtask < 10; subtask++)
        {
            Assert.DoesNotContain(commands.Others, command => command.Kind == HostCommandKind.WakeRun);
            core.Progressed(subtask, 1, TimeSpan.TicksPerSecond, commands);
        }

        Assert.InRange(Assert.Single(commands.Others, command => command.Kind == HostCommandKind.WakeRun).DueAt, 1.1 * TimeSpan.TicksPerSecond, 1.3 * TimeSpan.TicksPerSecond);
        commands.Clear();
        core.RunDue(2 * TimeSpan.TicksPerSecond, commands);
        Assert.NotEmpty(commands.Starts);
    }

    /// <summary>How long a whole attempt takes was known, and says nothing of when progress is to be expected.</summary>
    [Fact]
    public void An_attempt_that_was_to_be_looked_at_by_its_duration_is_looked_at_by_progress()
    {
        var known = new ObservedDurations();
        for (int i = 0; i < 20; i++)
        {
            known.Observe(new Subtask { Id = "before", TaskType = "work" }, 100 * Second);
        }

        DispatchCore core = NewCore(Many(12), Options(), known);
        var commands = new HostCommands();
        core.Start(0, commands);
        for (int subtask = 0; subtask < 9; subtask++)
        {
            core.Progressed(subtask, 1, TimeSpan.TicksPerSecond, commands);
        }

        core.RunDue(118 * TimeSpan.TicksPerSecond, commands);
        Assert.Equal(12, commands.Starts.Count);
        core.Progressed(9, 1, 118 * TimeSpan.TicksPerSecond, commands);

        // More than a hundred seconds are much longer than nearly all need.
        Assert.Equal(1, commands.Starts.Count(start => start.HedgeOf > 0));
    }

    /// <summary>What the plan had first is known last, so that its subtasks have other numbers in the run.</summary>
    [Fact]
    public void In_a_plan_that_was_written_while_the_run_went_on_the_same_is_awaited()
    {
        void Way(TaskPlanBuilder plan)
        {
            SubtaskRef last = plan.Add("way", "work");
            for (int i = 0; i < 5; i++)
            {
                last = plan.Add($"way-{i}", "work", after: [last]);
            }
        }

        TaskGraph whole = GraphOf.Plan(
            plan =>
            {
                plan.Add("short", "work");
                Way(plan);
            },
            options: Reads);
        DispatchCore core = NewCore(whole.Checker.Nothing("Everything."), Options());
        var commands = new HostCommands();
        core.StartOpen(now: 0, commands);
        core.ExtendPlan(whole.Checker.CheckMoreOfPlan(TaskPlan.Create(Way), core.State.Graph, out _)!, now: 0, commands);
        TaskPlan rest = whole.Plan with { Subtasks = [.. whole.Plan.Subtasks.Where(subtask => subtask.Id == "short")] };
        core.CompletePlan(whole, whole.Checker.CheckMoreOfPlan(rest, core.State.Graph, out _), SubtaskOrder.CriticalPathFirst, now: 0, commands);
        Assert.Equal("way", core.State.Graph.SubtaskAt(0).Id);

        core.RunDue(2 * TimeSpan.TicksPerSecond, commands);

        AttemptStart hedge = Assert.Single(commands.Starts, start => start.HedgeOf > 0);
        Assert.Equal("way", core.State.Graph.SubtaskAt(hedge.Subtask).Id);
    }

    /// <summary>One of two that a subtask of a batch waits for has not begun, also when the other has two attempts.</summary>
    [Fact]
    public void A_second_attempt_is_not_the_begin_of_another_subtask()
    {
        TaskGraph graph = BatchGraph(plan => plan.Add("both", "work", after: [plan.Add("a", "work"), plan.Add("b", "work")]));
        var state = new RunState(graph, graph.Priorities);
        var context = new DispatchContext(state, Options(), new ReadyQueue(state.Graph, RunResources.Alone(new ResourcePools([]))), new BatchLines(state.Graph));
        var arrivals = new BatchArrivals(context, graph, observed: null);
        int both = graph.Subtasks.Index().Single(subtask => subtask.Item.Id == "both").Index;
        int needs = state.Graph.NeedVectorOf[both];
        int[] others = [.. graph.Dependencies[both]];

        arrivals.Observe(new RunFact(RunFactKind.AttemptStarted, 0, others[0], attempt: 1));
        arrivals.Observe(new RunFact(RunFactKind.AttemptStarted, 0, others[0], attempt: 2, payload: new HedgeMark(1)));
        Assert.False(arrivals.IsAnyDue(needs));

        arrivals.Observe(new RunFact(RunFactKind.AttemptStarted, 0, others[1], attempt: 1));
        Assert.True(arrivals.IsAnyDue(needs));
    }

    [Fact]
    public void Those_of_a_batch_get_none()
    {
        TaskGraph graph = BatchGraph(4);

        Assert.Equal(0, HedgesIn(Play(graph, (_, attempt) => Attempt(attempt, seconds: 10))));
        Assert.Equal(1, HedgesIn(Play(BatchGraph(1), Slow)));
    }

    private static TaskGraph Many(int count) => GraphOf.Plan(
        plan =>
        {
            for (int i = 0; i < count; i++)
            {
                plan.Add($"t{i}", "work");
            }
        },
        options: Reads);

    private static TaskGraph BatchGraph(int count) => BatchGraph(
        plan =>
        {
            for (int i = 0; i < count; i++)
            {
                plan.Add($"t{i}", "work");
            }
        });

    private static TaskGraph BatchGraph(Action<TaskPlanBuilder> plan) => GraphOf.Batches(plan);

    private static DispatchCore NewCore(TaskGraph graph, RunOptions options, ObservedDurations? known = null) =>
        new(graph, RunResources.Alone(new ResourcePools([])), "run", options, observed: known ?? Known());

    private static int HedgesIn(IReadOnlyList<RunEvent> events) => events.OfType<AttemptStarted>().Count(start => start.HedgeOf is not null);
}
