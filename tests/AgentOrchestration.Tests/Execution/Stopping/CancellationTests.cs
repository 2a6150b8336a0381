using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Stopping;

public sealed class CancellationTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cancelling_reaches_running_handlers_and_is_no_failure()
    {
        await using Engine engine = Engine.For<string>(async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return "never";
        });
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef running = plan.Add("running", "work");
            plan.Add("waiting", "work", after: [running]);
        });
        await Engine.SeeAsync<AttemptStarted>(run);

        await run.CancelAsync(TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Cancelled, result.Outcome);
        Assert.Equal(["running", "waiting"], result.Cancelled.Select(subtask => subtask.Subtask.Id));
        Assert.All(result.Cancelled, subtask => Assert.False(subtask.Abandoned));
    }

    [Fact]
    public async Task A_run_ends_although_a_handler_ignores_that_it_was_cancelled_and_says_which_one_did()
    {
        var entered = new TaskCompletionSource();
        var never = new TaskCompletionSource<string>();
        await using Engine engine = Engine.For((_, _) =>
        {
            entered.SetResult();
            return new ValueTask<string>(never.Task);
        });
        OrchestrationRun run = await engine.StartOneAsync();
        await entered.Task.InTimeAsync();

        await run.CancelAsync(TestEnd);
        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));

        Assert.Equal((SubtaskState.Cancelled, true), (result["only"].State, result["only"].Abandoned));
        never.SetResult("too late");
        await run.DisposeAsync();
        Assert.Equal(SubtaskState.Cancelled, run.GetSnapshot().Subtasks[0].State);
    }

    [Fact]
    public async Task Work_that_is_done_although_the_run_was_cancelled_counts()
    {
        var entered = new TaskCompletionSource();
        var finish = new TaskCompletionSource<string>();
        await using Engine engine = Engine.For((_, _) =>
        {
            entered.SetResult();
            return new ValueTask<string>(finish.Task);
        });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await entered.Task.InTimeAsync();

        await run.CancelAsync(TestEnd);
        finish.SetResult("done");
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, "done"), (result.Outcome, result.GetOutput<string>("only")));
    }

    [Fact]
    public async Task Cancelling_twice_or_after_the_end_changes_nothing()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult("output"));
        await using OrchestrationRun run = await engine.StartOneAsync();
        await run.EndAsync();

        await run.CancelAsync(TestEnd);
        await run.CancelAsync(TestEnd);

        Assert.Equal(RunOutcome.Succeeded, run.GetSnapshot().Outcome);
    }

    [Fact]
    public async Task A_retry_that_waits_for_its_pause_is_cancelled_too()
    {
        await using Engine engine = Engine.For<string>(
            (_, _) => throw new InvalidDataException("Bad data."),
            options =>
            {
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = options.Retry.MaxDelay = TimeSpan.FromHours(1);
            });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await Engine.SeeAsync<AttemptFailed>(run);

        await run.CancelAsync(TestEnd);

        Assert.Equal(RunOutcome.Cancelled, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task The_token_of_RunAsync_cancels_the_run()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Engine engine = new(
            builder => builder
                .UseDecomposer<OneSubtask>()
                .AddTaskType(
                    "work",
                    "Works.",
                    async (None _, TaskContext _, CancellationToken stop) =>
                    {
                        await cancellation.CancelAsync();
                        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        stopped.SetResult();
                        stop.ThrowIfCancellationRequested();
                        return "never";
                    }));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.Orchestrator.RunAsync<string>(new OrchestrationRequest("Work."), cancellation.Token));

        await stopped.Task.InTimeAsync();
    }

    [Fact]
    public async Task Disposing_a_run_that_goes_on_cancels_it()
    {
        await using Engine engine = Engine.For<string>(async (_, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return "never";
        });
        OrchestrationRun run = await engine.StartOneAsync();

        await run.DisposeAsync();
        await run.DisposeAsync();

        Assert.Equal(RunOutcome.Cancelled, run.GetSnapshot().Outcome);
    }

    private sealed class OneSubtask : ITaskDecomposer
    {
        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) =>
            ValueTask.FromResult(TaskPlan.Create(plan => plan.Add("only", "work")));
    }
}
