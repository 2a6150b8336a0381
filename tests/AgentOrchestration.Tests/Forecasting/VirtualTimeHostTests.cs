using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Forecasting;

public sealed class VirtualTimeHostTests
{
    private static readonly SubtaskError Broken = new("Broken", "It broke.");

    [Fact]
    public void Unequal_branches_end_exactly_with_their_critical_path()
    {
        TaskGraph graph = GraphOf.UnequalBranches();

        RunSnapshot run = Run(graph, new RunOptions(), (subtask, _) => new VirtualAttempt(graph.Subtasks[subtask].EstimatedDuration!.Value));

        Assert.Equal(TimeSpan.FromMilliseconds(300), run.EndedAt!.Value - run.StartedAt);
        Assert.Equal(TimeSpan.FromMilliseconds(100), Of(run, "second").StartedAt!.Value - run.StartedAt);
    }

    [Fact]
    public void With_one_worker_subtasks_run_one_after_another_longest_way_to_the_end_first()
    {
        TaskGraph graph = GraphOf.Plan(plan =>
        {
            plan.Add("short", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) });
            SubtaskRef a = plan.Add("a", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(2) });
            plan.Add("b", "work", after: [a], options: new() { EstimatedDuration = TimeSpan.FromSeconds(5) });
            plan.Add("middle", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(4) });
        });

        IReadOnlyList<RunEvent> events = Events(graph, new RunOptions { MaxParallelism = 1 }, (_, _) => new VirtualAttempt(TimeSpan.FromSeconds(1)));

        Assert.Equal(["a", "b", "middle", "short"], events.OfType<AttemptStarted>().Select(started => started.SubtaskId));
    }

    [Fact]
    public void Failure_skips_dependants_with_the_cause_and_stops_nothing_else()
    {
        TaskGraph graph = GraphOf.Plan(plan =>
        {
            SubtaskRef bad = plan.Add("bad", "work");
            SubtaskRef after = plan.Add("after-bad", "work", after: [bad]);
            SubtaskRef good = plan.Add("good", "work");
            SubtaskRef afterGood = plan.Add("after-good", "work", after: [good]);
            plan.Add("join", "work", after: [after, afterGood]);
        });

        RunSnapshot run = Run(graph, new RunOptions(), (subtask, _) => new VirtualAttempt(
            TimeSpan.FromSeconds(graph.Subtasks[subtask].Id == "bad" ? 1 : 5), graph.Subtasks[subtask].Id == "bad" ? Broken : null));

        Assert.Equal(RunOutcome.Failed, run.Outcome);
        Assert.Equal(SubtaskState.Succeeded, Of(run, "after-good").State);
        Assert.Equal(("bad", SubtaskState.Skipped), (Of(run, "after-bad").SkippedBecauseOf, Of(run, "after-bad").State));
        Assert.Equal(("bad", SubtaskState.Skipped), (Of(run, "join").SkippedBecauseOf, Of(run, "join").State));
    }

    [Fact]
    public void Retries_wait_twice_as_long_each_time_up_to_the_maximum()
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("flaky", "work"), options: options =>
        {
            options.Retry.MaxAttempts = 5;
            options.Retry.Delay = TimeSpan.FromSeconds(1);
            options.Retry.MaxDelay = TimeSpan.FromSeconds(3);
            options.Retry.Jitter = 0;
        });

        IReadOnlyList<RunEvent> events = Events(graph, new RunOptions(), (_, attempt) => new VirtualAttempt(TimeSpan.Zero, attempt < 5 ? Broken : null));

        Assert.Equal([0, 1, 3, 6, 9], events.OfType<AttemptStarted>().Select(started => (started.Time - DateTimeOffset.UnixEpoch).TotalSeconds));
        Assert.Equal(RunOutcome.Succeeded, Assert.IsType<RunEnded>(events[^1]).Outcome);
    }

    [Fact]
    public void Jitter_shortens_pauses_by_at_most_its_share_and_is_the_same_in_every_replay()
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("flaky", "work"), options: options =>
        {
            options.Retry.MaxAttempts = 50;
            options.Retry.Delay = options.Retry.MaxDelay = TimeSpan.FromSeconds(10);
            options.Retry.Jitter = 0.5;
        });

        double[] First() => [.. Events(graph, new RunOptions(), (_, _) => new VirtualAttempt(TimeSpan.Zero, Broken))
            .OfType<AttemptFailed>()
            .Select(failed => (failed.RetryAt - failed.Time).TotalSeconds)];
        double[] pauses = First();

        Assert.All(pauses, pause => Assert.InRange(pause, 5, 10));
        Assert.True(pauses.Distinct().Count() > 40);
        Assert.Equal(pauses, First());
    }

    [Fact]
    public void No_attempt_starts_after_the_time_over_all_attempts_and_the_last_error_stays()
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("flaky", "work"), options: options =>
        {
            options.TotalTimeout = TimeSpan.FromSeconds(10);
            options.Retry.MaxAttempts = 100;
            options.Retry.Delay = options.Retry.MaxDelay = TimeSpan.FromSeconds(4);
            options.Retry.Jitter = 0;
        });

        SubtaskSnapshot subtask = Of(Run(graph, new RunOptions(), (_, attempt) => new VirtualAttempt(TimeSpan.Zero, new SubtaskError("Broken", $"Attempt {attempt}."))), "flaky");

        Assert.Equal([0, 4, 8], subtask.AttemptIntervals.Select(span => (span.StartedAt - DateTimeOffset.UnixEpoch).TotalSeconds));
        Assert.Equal((SubtaskState.Failed, "Attempt 3."), (subtask.State, subtask.Error!.Message));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    public void No_attempt_starts_beside_more_abandoned_ones_than_allowed(int maxAbandoned, int attempts)
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("deaf", "work"), options: options =>
        {
            options.Effect = TaskEffect.Read;
            options.Timeout = TimeSpan.FromSeconds(10);
            options.Retry.MaxAttempts = 10;
            options.Retry.Delay = TimeSpan.Zero;
        });

        SubtaskSnapshot subtask = Of(
            Run(graph, new RunOptions { MaxAbandoned = maxAbandoned }, (_, _) => new VirtualAttempt(TimeSpan.FromDays(1)) { StopsAfter = null }), "deaf");

        Assert.Equal((SubtaskState.Failed, attempts, true), (subtask.State, subtask.Attempts, subtask.Abandoned));
    }

    [Fact]
    public void Subtasks_wait_for_resources_and_smaller_ones_pass_those_that_do_not_fit()
    {
        var resources = new ResourcePools([new ResourceAmount("gpu", 2)]);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                plan.Add("first", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1), EstimatedDuration = TimeSpan.FromSeconds(9) });
                plan.Add("both", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 2), EstimatedDuration = TimeSpan.FromSeconds(8) });
                plan.Add("small", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1), EstimatedDuration = TimeSpan.FromSeconds(7) });
                plan.Add("free", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) });
            },
            resources);

        var host = new VirtualTimeHost(graph, resources, new RunOptions(), (_, _) => new VirtualAttempt(TimeSpan.FromSeconds(10)));
        RunSnapshot run = RunSnapshot.Fold(host.Run());

        Assert.Equal([0, 10, 0, 0], run.Subtasks.Select(subtask => (subtask.StartedAt!.Value - run.StartedAt).TotalSeconds));
        Assert.Equal(0, Assert.Single(resources.Snapshot()).InUse);
    }

    private static IReadOnlyList<RunEvent> Events(TaskGraph graph, RunOptions options, Func<int, int, VirtualAttempt> attempts) =>
        new VirtualTimeHost(graph, new ResourcePools([]), options, attempts).Run();

    private static RunSnapshot Run(TaskGraph graph, RunOptions options, Func<int, int, VirtualAttempt> attempts) =>
        RunSnapshot.Fold(Events(graph, options, attempts));

    private static SubtaskSnapshot Of(RunSnapshot run, string id) => run.Subtasks.Single(subtask => subtask.Subtask.Id == id);
}
