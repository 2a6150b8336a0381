using AgentOrchestration.Forecasting;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Results;

public sealed class RunTimingTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Time_in_which_two_attempts_ran_beside_each_other_counts_once()
    {
        SubtaskSnapshot subtask = Hedged.Subtasks[0];
        RunTiming timing = RunTiming.Of(Hedged);

        Assert.Equal((Seconds(12), Seconds(12), Seconds(12), Seconds(10)), (subtask.WorkTime, timing.Work, timing.Makespan, timing.CriticalPath.Duration));
        Assert.Equal((1.0, 2), (timing.SpeedUp, timing.PeakParallelism));
    }

    [Fact]
    public void Attempts_and_the_pauses_between_them_are_told_apart()
    {
        RunSnapshot run = Fold(
            new AttemptStarted(1) { Sequence = 0, Time = At(0), SubtaskId = "first" },
            new AttemptFailed(1, new SubtaskError("Fault", "It fails."), Start) { Sequence = 0, Time = At(3), SubtaskId = "first" },
            new AttemptStarted(2) { Sequence = 0, Time = At(5), SubtaskId = "first" },
            new SubtaskSucceeded(2, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(9), SubtaskId = "first" },
            new AttemptStarted(1) { Sequence = 0, Time = At(9), SubtaskId = "second" },
            new SubtaskSucceeded(1, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(10), SubtaskId = "second" });

        Assert.All(run.Subtasks, subtask => Assert.Null(subtask.Extra));
        Assert.Equal((Seconds(7), Seconds(1)), (run.Subtasks[0].WorkTime, run.Subtasks[1].WorkTime));
        Assert.Equal((Seconds(10), Seconds(8), 1), (RunTiming.Of(run).Makespan, RunTiming.Of(run).CriticalPath.Duration, RunTiming.Of(run).PeakParallelism));
    }

    [Fact]
    public void The_attempt_that_was_not_needed_runs_until_it_is_dropped()
    {
        AttemptInterval[] after = [.. Fold([.. HedgedEvents.SkipLast(1)]).Subtasks[0].AttemptIntervals];

        Assert.Equal([(null, null), (Start + Seconds(10), (int?)1)], after.Select(span => (span.EndedAt, span.HedgeOf)));
        Assert.Equal(Start + Seconds(12), Hedged.Subtasks[0].AttemptIntervals[0].EndedAt);
        Assert.Equal(Seconds(6), Hedged.Subtasks[0].OutputDuration);
    }

    /// <summary>Nobody knows how long it would have taken alone: at least until the output was there.</summary>
    [Fact]
    public void A_run_that_is_played_again_without_the_second_attempt_takes_as_long_as_the_output_did() =>
        Assert.Equal(Seconds(10), RecordedWork.Of(Hedged)!.AttemptOf(0, 1).Duration);

    /// <summary>A process that ended, a batch that broke, and a call that waited: the work was begun again, and is done once when it is played again.</summary>
    [Fact]
    public void What_was_begun_again_is_no_work_of_a_run_that_is_played_again()
    {
        RecordedWork recorded = RecordedWork.Of(Fold(
            new AttemptStarted(1) { Sequence = 0, Time = At(0), SubtaskId = "first" },
            new AttemptInterrupted(1) { Sequence = 0, Time = At(100), SubtaskId = "first" },
            new AttemptStarted(2) { Sequence = 0, Time = At(100), SubtaskId = "first" },
            new AttemptFailed(2, new SubtaskError("Fault", "It fails."), Start) { Sequence = 0, Time = At(150), SubtaskId = "first", IsBatchBroken = true },
            new AttemptStarted(3) { Sequence = 0, Time = At(150), SubtaskId = "first" },
            new AttemptDeferred(3, 1, Start) { Sequence = 0, Time = At(160), SubtaskId = "first" },
            new AttemptStarted(4) { Sequence = 0, Time = At(200), SubtaskId = "first" },
            new AttemptFailed(4, new SubtaskError("Fault", "It fails."), Start) { Sequence = 0, Time = At(202), SubtaskId = "first" },
            new AttemptStarted(5) { Sequence = 0, Time = At(202), SubtaskId = "first" },
            new SubtaskSucceeded(5, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(207), SubtaskId = "first" }))!;

        Assert.Equal([(Seconds(2), true), (Seconds(5), false)], new[] { 1, 2 }.Select(attempt => recorded.AttemptOf(0, attempt)).Select(attempt => (attempt.Duration, attempt.Error is not null)));
    }

    /// <summary>Of two attempts that a process ended with, neither counts.</summary>
    [Fact]
    public void An_interrupted_pair_of_attempts_is_no_work_of_a_run_that_is_played_again()
    {
        RecordedWork recorded = RecordedWork.Of(Fold(
            new AttemptStarted(1) { Sequence = 0, Time = At(0), SubtaskId = "first" },
            new AttemptStarted(2) { HedgeOf = 1, Sequence = 0, Time = At(4), SubtaskId = "first" },
            new AttemptDropped(1, null) { Sequence = 0, Time = At(50), SubtaskId = "first" },
            new AttemptInterrupted(2) { Sequence = 0, Time = At(50), SubtaskId = "first" },
            new AttemptStarted(3) { Sequence = 0, Time = At(50), SubtaskId = "first" },
            new SubtaskSucceeded(3, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(57), SubtaskId = "first" }))!;

        Assert.Equal(Seconds(7), recorded.AttemptOf(0, 1).Duration);
    }

    [Fact]
    public void How_long_an_answer_of_a_batch_would_have_taken_is_not_known() => Assert.Null(RecordedWork.Of(Fold(
        new AttemptStarted(1) { Sequence = 0, Time = At(0), SubtaskId = "first" },
        new UsageCounted(1, TaskUsage.Of(new ModelUsage { InputTokens = 1, DeferredCalls = 1 })) { Sequence = 0, Time = At(1), SubtaskId = "first" },
        new SubtaskSucceeded(1, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(1), SubtaskId = "first" })));

    /// <summary>Else all that is slow would vanish from what is known, and more and more would be late.</summary>
    [Fact]
    public void An_attempt_that_another_overtook_is_observed_as_long_as_it_was_let()
    {
        var observed = new ObservedDurations();

        DurationObserver.Observe(Hedged, observed);

        Subtask subtask = Hedged.Subtasks[0].Subtask;
        Assert.Equal(2, observed.CountOf(subtask));
        Assert.Equal(Math.Sqrt(6 * 12), observed.SecondsOf(subtask)!.Value, 1e-3);
    }

    [Theory]
    [InlineData(0, 8, 10)]
    [InlineData(0, 14, 14)]
    [InlineData(6, 11, 11)]
    public void What_ran_early_is_on_the_longest_chain_only_after_the_end_of_what_it_waited_for(int started, int returned, int ended)
    {
        SubtaskEvent[] rest = returned < 10
            ? [new OutputHeld(1) { Sequence = 0, Time = At(returned), SubtaskId = "second" }, new SubtaskSucceeded(1, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(10), SubtaskId = "first" }, new SubtaskSucceeded(1, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(10), SubtaskId = "second" }]
            : [new SubtaskSucceeded(1, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(10), SubtaskId = "first" }, new AttemptConfirmed(1) { Sequence = 0, Time = At(10), SubtaskId = "second" }, new SubtaskSucceeded(1, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(returned), SubtaskId = "second" }];
        SubtaskEvent early = new AttemptStarted(1) { IsEarly = true, Sequence = 0, Time = At(started), SubtaskId = "second" };
        RunSnapshot run = Fold([new AttemptStarted(1) { Sequence = 0, Time = At(0), SubtaskId = "first" }, early, .. rest]);

        RunTiming timing = RunTiming.Of(run);

        Assert.Equal(Start + Seconds(ended), run.Subtasks[1].EndedAt);
        Assert.Equal((Seconds(ended), Seconds(ended)), (timing.CriticalPath.Duration, timing.Makespan));
        Assert.Equal(["first", "second"], timing.CriticalPath.SubtaskIds);
        Assert.Equal(Seconds(returned - started), run.Subtasks[1].WorkTime);
    }

    [Fact]
    public void A_subtask_that_waits_for_added_work_is_behind_it_on_the_longest_chain()
    {
        TaskPlan added = GraphOf.Plan(plan => plan.Add("third", "work")).Plan;
        RunSnapshot run = Fold(
            new AttemptStarted(1) { Sequence = 0, Time = At(0), SubtaskId = "first" },
            new SubtaskSucceeded(1, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(1), SubtaskId = "first" },
            new SubtasksAdded(added.Subtasks, IsJoined: false) { AwaitedBy = ["second"], Sequence = 0, Time = At(1), SubtaskId = "first" },
            new AttemptStarted(1) { Sequence = 0, Time = At(1), SubtaskId = "third" },
            new SubtaskSucceeded(1, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(8), SubtaskId = "third" },
            new AttemptStarted(1) { Sequence = 0, Time = At(8), SubtaskId = "second" },
            new SubtaskSucceeded(1, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(10), SubtaskId = "second" });

        Assert.Equal((Seconds(9), 2), (RunTiming.Of(run).CriticalPath.Duration, RunTiming.Of(run).CriticalPath.SubtaskIds.Count));
    }

    private static SubtaskEvent[] HedgedEvents =>
    [
        new AttemptStarted(1) { Sequence = 0, Time = At(0), SubtaskId = "first" },
        new AttemptStarted(2) { HedgeOf = 1, Sequence = 0, Time = At(4), SubtaskId = "first" },
        new SubtaskSucceeded(2, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = At(10), SubtaskId = "first" },
        new AttemptDropped(1, null) { Sequence = 0, Time = At(12), SubtaskId = "first" },
    ];

    private static RunSnapshot Hedged => Fold(HedgedEvents);

    private static DateTimeOffset At(int second) => Start + Seconds(second);

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);

    private static RunSnapshot Fold(params SubtaskEvent[] events)
    {
        TaskPlan plan = GraphOf.Plan(plan => plan.Add("second", "work", after: [plan.Add("first", "work")])).Plan;
        return RunSnapshot.Fold([new RunStarted("run", plan) { Sequence = 0, Time = Start }, .. events.Select((next, index) => next with { Sequence = index + 1 })]);
    }
}
