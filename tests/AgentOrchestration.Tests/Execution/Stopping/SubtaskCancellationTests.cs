using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Stopping;

/// <summary>Cancelling one subtask, whatever it waits for: it ends as cancelled, what needs it is skipped, everything else goes on.</summary>
public sealed class SubtaskCancellationTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_waits_for_its_dependencies()
    {
        var first = new Checkpoint();
        await using Engine engine = Blocking(("first", first));
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef one = plan.Add("first", "work");
            SubtaskRef two = plan.Add("second", "work", after: [one]);
            plan.Add("third", "work", after: [two]);
            plan.Add("takes-it-or-not", "work", after: [one], options: new() { Optional = [two] });
        });
        await first.Reached;

        await run.CancelAsync("second", TestEnd);
        first.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Cancelled, result.Outcome);
        Assert.Equal((SubtaskState.Cancelled, 0), (result["second"].State, result["second"].Attempts));
        Assert.Equal(
            (SubtaskState.Skipped, "second", SkipReason.Cancelled), (result["third"].State, result["third"].SkippedBecauseOf, result["third"].SkipReason));
        Assert.Equal((SubtaskState.Succeeded, true), (result["takes-it-or-not"].State, result["takes-it-or-not"].IsDegraded));
        Assert.Equal(SubtaskState.Succeeded, result["first"].State);
    }

    [Fact]
    public async Task The_others_that_run_are_told_nothing()
    {
        Checkpoint[] running = [new(), new()];
        await using Engine engine = Blocking(("told", running[0]), ("left-alone", running[1]));
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("told", "work");
            plan.Add("left-alone", "work");
        });
        await running[0].Reached;
        await running[1].Reached;

        await run.CancelAsync("told", TestEnd);
        await Engine.SeeAsync<SubtaskCancelled>(run);
        running[1].Open();
        RunResult result = await run.EndAsync();

        Assert.Equal(SubtaskState.Cancelled, result["told"].State);
        Assert.Equal(SubtaskState.Succeeded, result["left-alone"].State);
    }

    [Fact]
    public async Task One_that_waits_for_its_turn()
    {
        var first = new Checkpoint();
        await using Engine engine = Blocking(options => options.Runs.MaxParallelism = 1, ("first", first));
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("first", "work", options: new() { EstimatedDuration = TimeSpan.FromHours(1) });
            plan.Add("second", "work", options: new() { EstimatedDuration = TimeSpan.FromMinutes(2) });
            plan.Add("third", "work", options: new() { EstimatedDuration = TimeSpan.FromMinutes(1) });
        });
        await first.Reached;

        await run.CancelAsync("second", TestEnd);
        first.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal(["second"], result.Cancelled.Select(subtask => subtask.Subtask.Id));
        Assert.Equal(0, result["second"].Attempts);
        Assert.Equal(2, result.Succeeded.Count());
    }

    [Fact]
    public async Task One_that_runs_whatever_its_code_throws_then()
    {
        var running = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                if (context.Subtask.Id == "running")
                {
                    await running.PassAsync(stop).ContinueWith(_ => throw new InvalidDataException("It fell over its feet."), TaskScheduler.Default);
                }

                return context.Subtask.Id;
            },
            options => options.Retry.MaxAttempts = 5,
            options => options.Runs.FailurePolicy = FailurePolicy.Stop);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef one = plan.Add("running", "work");
            plan.Add("needs-it", "work", after: [one]);
            plan.Add("takes-it-or-not", "work", options: new() { Optional = [one] });
        });
        await running.Reached;

        await run.CancelAsync("running", TestEnd);
        await run.CancelAsync("running", TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Cancelled, null), (result.Outcome, result.Run.StopReason));
        Assert.Equal((SubtaskState.Cancelled, 1), (result["running"].State, result["running"].Attempts));
        Assert.Equal(SkipReason.Cancelled, result["needs-it"].SkipReason);
        Assert.Equal(SubtaskState.Succeeded, result["takes-it-or-not"].State);
        Assert.Single((await Engine.EventsAsync(run)).OfType<SubtaskCancelRequested>());
    }

    [Fact]
    public async Task One_that_runs_and_ignores_it_is_abandoned()
    {
        var running = new Checkpoint();
        await using Engine engine = Engine.For(async (_, _) =>
        {
            await running.PassAsync(CancellationToken.None);
            return "late";
        });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await running.Reached;

        await run.CancelAsync("only", TestEnd);
        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));
        running.Open();

        Assert.Equal((RunOutcome.Cancelled, SubtaskState.Cancelled, true), (result.Outcome, result["only"].State, result["only"].Abandoned));
    }

    [Fact]
    public async Task One_whose_attempt_has_timed_out_and_has_not_returned_yet_is_not_tried_again()
    {
        var running = new Checkpoint();
        await using Engine engine = Engine.For(
            async (_, _) =>
            {
                await running.PassAsync(CancellationToken.None);
                return "late";
            },
            options =>
            {
                options.Timeout = TimeSpan.FromSeconds(10);
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.Zero;
            });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await running.Reached;
        engine.Clock.Advance(TimeSpan.FromSeconds(10));
        await Engine.SeeAsync<AttemptTimedOut>(run);

        await run.CancelAsync("only", TestEnd);
        running.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal((SubtaskState.Cancelled, 1), (result["only"].State, result["only"].Attempts));
    }

    [Fact]
    public async Task One_in_the_pause_before_its_next_attempt()
    {
        await using Engine engine = Engine.For<string>((_, _) => throw new InvalidDataException("Bad data."), options => options.Retry.MaxAttempts = 2);
        await using OrchestrationRun run = await engine.StartOneAsync();
        await Engine.SeeAsync<AttemptFailed>(run);

        await run.CancelAsync("only", TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Cancelled, SubtaskState.Cancelled, 1), (result.Outcome, result["only"].State, result["only"].Attempts));
    }

    [Fact]
    public async Task One_that_waits_for_approval()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult("output"), options => options.RequiresApproval = true);
        await using OrchestrationRun run = await engine.StartOneAsync();
        ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);

        await run.CancelAsync("only", TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((SubtaskState.Cancelled, null), (result["only"].State, result["only"].PendingApproval));
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.ApproveAsync(question, cancellationToken: TestEnd));
    }

    [Theory]
    [InlineData("left")]
    [InlineData("right")]
    public async Task One_of_two_that_share_their_work_leaves_the_other_its_output(string cancelled)
    {
        var work = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                await work.PassAsync(stop);
                return context.Subtask.Id;
            },
            options => options.Effect = TaskEffect.Pure);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("left", "work");
            plan.Add("right", "work");
        });
        await work.Reached;

        await run.CancelAsync(cancelled, TestEnd);
        await Engine.SeeAsync<SubtaskCancelled>(run, next => next.SubtaskId == cancelled);
        work.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal([cancelled], result.Cancelled.Select(subtask => subtask.Subtask.Id));
        Assert.Single(result.Succeeded);
    }

    [Fact]
    public async Task One_that_is_made_of_others_takes_them_along()
    {
        var parts = new Checkpoint();
        await using Engine engine = new(
            builder => builder
                .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(Enumerable.Range(0, 10).ToArray()))
                .AddTaskType(
                    "work",
                    "Works.",
                    async (int item, TaskContext _, CancellationToken stop) =>
                    {
                        await parts.PassAsync(stop);
                        return item;
                    }),
            options => options.Runs.MaxParallelism = 3);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef list = plan.Add("list", "list");
            SubtaskRef each = plan.ForEach("each", list.Output(), "work");
            plan.Add("after", "list", after: [each]);
        });
        await parts.Reached;

        await run.CancelAsync("each", TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Cancelled, result.Outcome);
        Assert.Equal(11, result.Cancelled.Count());
        Assert.InRange(result.Cancelled.Sum(subtask => subtask.Attempts), 1, 3);
        Assert.Equal((SubtaskState.Skipped, "each"), (result["after"].State, result["after"].SkippedBecauseOf));
    }

    [Fact]
    public async Task A_part_of_one_that_is_made_of_others_takes_the_whole_along_and_leaves_the_other_parts()
    {
        var first = new Checkpoint();
        await using Engine engine = new(builder => builder
            .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<int[]>([1, 2, 3]))
            .AddTaskType(
                "work",
                "Works.",
                async (int item, TaskContext _, CancellationToken stop) =>
                {
                    if (item == 1)
                    {
                        await first.PassAsync(stop);
                    }

                    return item;
                }));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.ForEach("each", plan.Add("list", "list").Output(), "work"));
        await first.Reached;

        await run.CancelAsync("each/0", TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal(SubtaskState.Cancelled, result["each/0"].State);
        Assert.Equal((SubtaskState.Skipped, "each/0", SkipReason.Cancelled), (result["each"].State, result["each"].SkippedBecauseOf, result["each"].SkipReason));
        Assert.Equal((2, 3), (result.GetOutput<int>("each/1"), result.GetOutput<int>("each/2")));
    }

    [Fact]
    public async Task One_that_has_ended_or_does_not_exist_changes_nothing()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult("output"));
        await using OrchestrationRun run = await engine.StartOneAsync();
        await run.EndAsync();

        await run.CancelAsync("only", TestEnd);
        await Assert.ThrowsAsync<ArgumentException>(async () => await run.CancelAsync("other", TestEnd));

        Assert.Equal(RunOutcome.Succeeded, run.GetSnapshot().Outcome);
    }

    private static Engine Blocking(params (string Id, Checkpoint Checkpoint)[] checkpoints) => Blocking(_ => { }, checkpoints);

    private static Engine Blocking(Action<AgentOrchestrationOptions> options, params (string Id, Checkpoint Checkpoint)[] checkpoints) => Engine.For(
        async (context, stop) =>
        {
            foreach ((string id, Checkpoint checkpoint) in checkpoints)
            {
                if (context.Subtask.Id == id)
                {
                    await checkpoint.PassAsync(stop);
                }
            }

            return context.Subtask.Id;
        },
        options: options);
}
