using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;
using static AgentOrchestration.Tests.Scheduling.Dispatch.HedgeWorld;

namespace AgentOrchestration.Tests.Scheduling.Dispatch;

/// <summary>What becomes of two attempts that run beside each other: success, failure, limits, and code that does not stop.</summary>
public sealed class HedgeOutcomeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_failure_of_one_fails_nothing_while_the_other_runs(int failing)
    {
        IReadOnlyList<RunEvent> events = Play(One(), (_, attempt) => Attempt(attempt, seconds: attempt == failing ? 2 : 4, attempt == failing ? Broken : null));

        Assert.Equal(Broken, Assert.Single(events.OfType<AttemptDropped>(), dropped => dropped.Error is not null).Error);
        Assert.Equal($"output of {3 - failing}", RunSnapshot.Fold(events).Subtasks[0].Output);
        Assert.DoesNotContain(events, next => next is AttemptFailed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Two_that_fail_count_as_one_attempt(int first)
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("only", "work"), options: options =>
        {
            Reads(options);
            options.Retry.MaxAttempts = 2;
            options.Retry.Delay = TimeSpan.Zero;
        });

        IReadOnlyList<RunEvent> events = Play(graph, (_, attempt) => Attempt(attempt, seconds: attempt == 3 ? 1 : attempt == first ? 1.5 : 3, attempt < 3 ? Broken : null));

        Assert.Equal([first], events.OfType<AttemptDropped>().Select(dropped => dropped.Attempt));
        Assert.Equal([3 - first], events.OfType<AttemptFailed>().Select(failed => failed.Attempt));
        Assert.Equal((SubtaskState.Succeeded, "output of 3"), (RunSnapshot.Fold(events).Subtasks[0].State, RunSnapshot.Fold(events).Subtasks[0].Output));
    }

    /// <summary>Whichever is reported first wins, and with a seed it is always the same.</summary>
    [Fact]
    public void When_both_end_at_one_moment_one_wins()
    {
        HashSet<object?> outputs = [];
        for (int seed = 0; seed < 20; seed++)
        {
            ObservedDurations known = Known();
            VirtualAttempt Together(int subtask, int attempt) => Attempt(attempt, attempt == 1 ? 3 * Second : (3 * Second) - TimeSpan.FromTicks(LateTicks()));
            IReadOnlyList<RunEvent> events = Play(One(), Together, seed: seed, known: known);

            Assert.Equal(events.Select(Describe), Play(One(), Together, seed: seed, known: Known()).Select(Describe));
            Assert.Equal(3, SecondsOf(events[^1]), tolerance: 0.001);
            Assert.Single(events.OfType<AttemptDropped>());
            Assert.Single(events.OfType<SubtaskSucceeded>());
            outputs.Add(RunSnapshot.Fold(events).Subtasks[0].Output);
        }

        Assert.Equal(2, outputs.Count);
    }

    [Fact]
    public void Cancelling_the_subtask_stops_both()
    {
        VirtualTimeHost host = Host(One(), Slow);
        host.At(1.5 * Second, (core, now, commands) => core.CancelSubtask(0, now, commands));

        IReadOnlyList<RunEvent> events = host.Run();

        Assert.Equal(["1.5 SubtaskCancelRequested", "1.5 AttemptDropped 1", "1.5 SubtaskCancelled 2", "1.5 RunEnded"], events.Skip(3).Select(Describe));
    }

    [Fact]
    public void Each_has_the_time_limit_of_an_attempt_for_itself()
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("only", "work"), options: options =>
        {
            Reads(options);
            options.Timeout = 2 * Second;
        });

        IReadOnlyList<RunEvent> events = Play(graph, (_, attempt) => Attempt(attempt, seconds: attempt == 1 ? 10 : 1.9));

        Assert.Equal(
            ["2.0 AttemptTimedOut 1", "2.0 AttemptDropped 1", $"{Late + 1.9:F1} SubtaskSucceeded 2", $"{Late + 1.9:F1} RunEnded"],
            events.Skip(3).Select(Describe));
        Assert.Contains("timeout", events.OfType<AttemptDropped>().Single().Error!.Message, StringComparison.Ordinal);
    }

    /// <summary>The run waits for the code that it has asked to stop, but not longer than for any other.</summary>
    [Fact]
    public void Code_that_does_not_stop_is_abandoned_and_keeps_what_it_holds()
    {
        var pools = new ResourcePools([new ResourceAmount("a", 2)]);
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("only", "work", options: new() { Resources = ResourceRequirements.Of("a", 1) }), pools, Reads);

        IReadOnlyList<RunEvent> events = Play(
            graph, (subtask, attempt) => Slow(subtask, attempt) with { StopsAfter = null }, Options(grace: 2 * Second), pools: pools);

        Assert.Equal(
            [$"{Late + 1:F1} SubtaskSucceeded 2", $"{Late + 3:F1} AttemptAbandoned 1", $"{Late + 3:F1} AttemptDropped 1", $"{Late + 3:F1} RunEnded"],
            events.Skip(3).Select(Describe));
        Assert.Equal(0, Assert.Single(pools.Snapshot()).InUse);
    }

    /// <summary>With two that have not returned nothing is started that is not needed; the retry of the other is.</summary>
    [Fact]
    public void Code_that_does_not_stop_keeps_others_from_a_second_attempt_but_from_no_retry()
    {
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                SubtaskRef last = plan.Add("t0", "work");
                for (int i = 1; i < 30; i++)
                {
                    last = plan.Add($"t{i}", "work", after: [last]);
                }
            },
            options: options =>
            {
                Reads(options);
                options.Timeout = 20 * Second;
                options.Retry.MaxAttempts = 2;
            });
        RunOptions most = Options(grace: TimeSpan.Zero);
        most.MaxAbandoned = 2;

        IReadOnlyList<RunEvent> events = Play(
            graph, (subtask, attempt) => Attempt(attempt, seconds: subtask % 10 == 9 && attempt == 1 ? 1_000 : 1) with { StopsAfter = null }, most);

        Assert.Equal(["t9", "t19"], events.OfType<AttemptStarted>().Where(start => start.HedgeOf is not null).Select(start => start.SubtaskId));
        Assert.Equal("t29", Assert.Single(events.OfType<AttemptFailed>()).SubtaskId);
        Assert.Equal(RunOutcome.Succeeded, RunSnapshot.Fold(events).Outcome);
    }

    /// <summary>Without the second attempt it would have waited for the first.</summary>
    [Theory]
    [InlineData(null, 20)]
    [InlineData(10, null)]
    public void What_code_that_does_not_stop_holds_is_waited_for_as_long_as_it_might_have_run(int? timeout, int? startsAt)
    {
        var pools = new ResourcePools([new ResourceAmount("a", 2)]);
        TaskGraph graph = GraphOf.Plan(
            plan => plan.Add("both", "work", after: [plan.Add("one", "work", options: new() { Resources = ResourceRequirements.Of("a", 1) })], options: new() { Resources = ResourceRequirements.Of("a", 2) }),
            pools,
            options =>
            {
                Reads(options);
                options.Timeout = timeout * Second;
            });

        IReadOnlyList<RunEvent> events = Play(
            graph, (subtask, attempt) => Attempt(attempt, seconds: subtask == 0 && attempt == 1 ? 20 : 1) with { StopsAfter = null }, Options(grace: Second), pools: pools);

        Assert.Equal(startsAt, events.OfType<AttemptStarted>().Where(start => start.SubtaskId == "both").Select(start => (int?)SecondsOf(start)).SingleOrDefault());
        Assert.Equal(startsAt is null ? ["10.0"] : [], events.OfType<SubtaskFailed>().Where(failed => failed.Error.Kind == "ResourcesAbandoned").Select(failed => $"{SecondsOf(failed):F1}"));
    }

    [Fact]
    public void The_budget_reserves_and_settles_both()
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("only", "work"), options: options =>
        {
            Reads(options);
            options.ExpectedUsage = new TaskUsage(10, 0, 0);
        });
        VirtualAttempt Using(int subtask, int attempt) => Slow(subtask, attempt) with { Usage = new TaskUsage(attempt, 0, 0) };

        // The limit comes when both run: for the third subtask there is enough only when both have settled what they used.
        TaskGraph more = GraphOf.Plan(plan => plan.Add("then", "work", after: [plan.Add("only", "work")]), options: options =>
        {
            Reads(options);
            options.ExpectedUsage = new TaskUsage(10, 0, 0);
        });

        foreach ((long maxTokens, RunOutcome outcome) in (IEnumerable<(long, RunOutcome)>)[(13, RunOutcome.Succeeded), (12, RunOutcome.Failed)])
        {
            VirtualTimeHost host = Host(more, (subtask, attempt) => subtask == 0 ? Using(subtask, attempt) : Attempt(attempt, seconds: 1), Options(budget: new RunBudget { MaxTime = TimeSpan.FromDays(1) }));
            host.At(2 * Second, (core, now, commands) => Assert.True(core.ExtendBudget(new RunBudget { MaxTokens = maxTokens }, now, commands)));
            RunSnapshot run = RunSnapshot.Fold(host.Run());

            Assert.Equal((outcome == RunOutcome.Succeeded, 3L, 2), (run.Outcome == RunOutcome.Succeeded, run.Usage.InputTokens, run.Subtasks.Single(subtask => subtask.Subtask.Id == "only").Attempts));
        }
    }

    /// <summary>Wherever the process ends: nothing runs twice beside itself, what has succeeded stays, and the run ends as it would have.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_continues_behind_each_of_its_facts(bool failsFirst)
    {
        TaskGraph graph = GraphOf.Plan(
            plan => plan.Add("last", "work", after: [plan.Add("first", "work")]),
            options: options =>
            {
                Reads(options);
                options.ExpectedUsage = new TaskUsage(10, 0, 0);
                options.Retry.MaxAttempts = 2;
            });
        VirtualAttempt Going(int subtask, int attempt) => (failsFirst && subtask == 0 && attempt == 1 ? Attempt(attempt, seconds: 2, Broken) : subtask == 0 ? Slow(subtask, attempt) : Attempt(attempt, seconds: 1)) with
        {
            Usage = new TaskUsage(1, 0, 0),
            StopsAfter = Second,
        };
        VirtualTimeHost whole = Host(graph, Going);
        whole.RunToEnd();
        RunHistory history = whole.Core.State.History;
        Assert.Equal(1, Enumerable.Range(0, history.Count).Count(index => history[index].Payload is HedgeMark));

        for (int count = 1; count < history.Count; count++)
        {
            VirtualTimeHost resumed = Host(graph, Going, past: [.. Enumerable.Range(0, count).Select(index => history[index])]);
            RunSnapshot run = RunSnapshot.Fold(resumed.Run());

            Assert.Equal(RunOutcome.Succeeded, run.Outcome);
            Assert.All(run.Subtasks, subtask => Assert.All(subtask.AttemptIntervals, span => Assert.NotNull(span.EndedAt)));
            Assert.Equal((0, 0), (resumed.Core.State.Beside, resumed.Core.State.Outrun));
        }
    }

    [Fact]
    public void When_the_process_ends_the_one_whose_time_was_up_does_not_decide_for_the_other()
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("only", "work"), options: options =>
        {
            Reads(options);
            options.Timeout = 2 * Second;
            options.Retry.MaxAttempts = 1;
        });
        VirtualAttempt Going(int subtask, int attempt) => attempt > 2 ? Attempt(attempt, seconds: 1) : Attempt(attempt, seconds: 100) with { StopsAfter = 3 * Second };
        VirtualTimeHost whole = Host(graph, Going);
        whole.RunToEnd();
        RunHistory history = whole.Core.State.History;
        RunFact[] past = [.. Enumerable.Range(0, history.Count).Select(index => history[index]).TakeWhile(fact => fact.Kind is RunFactKind.RunStarted or RunFactKind.AttemptStarted)];
        RunFact late = history[past.Length];
        Assert.Equal((RunFactKind.AttemptTimedOut, 1, 3), (late.Kind, late.Attempt, past.Length));

        IReadOnlyList<RunEvent> events = Host(graph, Going, past: [.. past, late]).Run();

        AttemptDropped dropped = Assert.Single(events.OfType<AttemptDropped>());
        Assert.Equal((1, true), (dropped.Attempt, dropped.Error is not null));
        Assert.Equal([2], events.OfType<AttemptInterrupted>().Select(interrupted => interrupted.Attempt));
        Assert.Equal([3], events.OfType<SubtaskSucceeded>().Select(succeeded => succeeded.Attempt));
    }

    private static long LateTicks() => new HedgeTimes(Known()).Of(new Subtask { Id = "t", TaskType = "work" })!.Value.Late;
}
