using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;

namespace AgentOrchestration.Tests.Runs;

public sealed class TimeLimitTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_time_over_all_attempts_ends_a_running_attempt_and_no_other_follows()
    {
        var reached = new Checkpoint();
        await using Engine engine = Engine.For<string>(
            async (_, stop) =>
            {
                await reached.PassAsync(stop);
                return "never";
            },
            options =>
            {
                options.TotalTimeout = TimeSpan.FromSeconds(10);
                options.Retry.MaxAttempts = 100;
            });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await reached.Reached;

        engine.Clock.Advance(TimeSpan.FromSeconds(10));
        RunResult result = await run.EndAsync();

        Assert.Equal((SubtaskState.Failed, 1, "TimeoutException"), (result["only"].State, result["only"].Attempts, result["only"].Error!.Kind));
        Assert.Equal(TimeLimit.Subtask, (await Engine.SeeAsync<AttemptTimedOut>(run)).Limit);
    }

    [Fact]
    public async Task A_subtasks_own_timeout_beats_that_of_its_task_type()
    {
        var reached = new Checkpoint();
        await using Engine engine = Engine.For<string>(
            async (_, stop) =>
            {
                await reached.PassAsync(stop);
                return "never";
            },
            options => options.Timeout = TimeSpan.FromSeconds(10));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "work", options: new() { Policy = new SubtaskPolicy { Timeout = TimeSpan.FromMinutes(1) } }));
        await reached.Reached;

        engine.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(SubtaskState.Running, run.GetSnapshot().Subtasks[0].State);
        engine.Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(SubtaskState.Failed, (await run.EndAsync())["only"].State);
    }

    [Fact]
    public async Task Progress_and_text_put_the_idle_timeout_off_also_when_they_tell_nothing_new()
    {
        using var go = new SemaphoreSlim(0);
        using var done = new SemaphoreSlim(0);
        await using Engine engine = Engine.For<string>(
            async (context, stop) =>
            {
                Action[] signs = [() => context.ReportProgress(0.5), () => context.ReportProgress(0.5), () => context.StreamText("text")];
                foreach (Action sign in signs)
                {
                    done.Release();
                    await go.WaitAsync(stop);
                    sign();
                }

                done.Release();
                await go.WaitAsync(stop);
                return "never";
            },
            options => options.IdleTimeout = TimeSpan.FromSeconds(10));
        await using OrchestrationRun run = await engine.StartOneAsync();
        await done.WaitAsync(TestEnd);

        for (int sign = 0; sign < 3; sign++)
        {
            engine.Clock.Advance(TimeSpan.FromSeconds(9));
            go.Release();
            await done.WaitAsync(TestEnd);
        }

        engine.Clock.Advance(TimeSpan.FromSeconds(10));
        RunResult result = await run.EndAsync();

        AttemptTimedOut timedOut = Assert.Single((await Engine.EventsAsync(run)).OfType<AttemptTimedOut>());
        Assert.Equal((TimeLimit.Idle, TimeSpan.FromSeconds(37)), (timedOut.Limit, timedOut.Time - result.Run.StartedAt));
        Assert.Contains("idle", result["only"].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_of_a_run_stops_it_and_it_says_so()
    {
        var reached = new Checkpoint();
        await using Engine engine = Engine.For<string>(
            async (_, stop) =>
            {
                await reached.PassAsync(stop);
                return "never";
            },
            options: options => options.Runs.Timeout = TimeSpan.FromMinutes(1));
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef running = plan.Add("running", "work");
            plan.Add("waiting", "work", after: [running]);
        });
        await reached.Reached;

        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.TimedOut, StopReason.Timeout), (result.Outcome, result.Run.StopReason));
        Assert.Equal(["running", "waiting"], result.Cancelled.Select(subtask => subtask.Subtask.Id));
    }

    [Fact]
    public async Task A_run_that_ends_within_its_time_is_left_alone()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult("output"), options: options => options.Runs.Timeout = TimeSpan.FromMinutes(1));
        await using OrchestrationRun run = await engine.StartOneAsync();
        await run.EndAsync();

        engine.Clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(RunOutcome.Succeeded, run.GetSnapshot().Outcome);
        Assert.IsType<RunEnded>((await Engine.EventsAsync(run))[^1]);
    }

    [Fact]
    public async Task A_retry_after_a_timeout_starts_only_when_the_code_has_returned()
    {
        var reached = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, _) =>
            {
                if (context.Attempt == 1)
                {
                    await reached.PassAsync(CancellationToken.None);
                }

                return $"attempt {context.Attempt}";
            },
            options =>
            {
                options.Timeout = TimeSpan.FromSeconds(10);
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.Zero;
            });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await reached.Reached;

        engine.Clock.Advance(TimeSpan.FromSeconds(10));
        await Engine.SeeAsync<AttemptTimedOut>(run);
        engine.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(1, run.GetSnapshot().Subtasks[0].Attempts);
        reached.Open();
        SubtaskSnapshot subtask = (await run.EndAsync())["only"];

        Assert.Equal(("attempt 2", 2, false), (subtask.Output, subtask.Attempts, subtask.Abandoned));
        Assert.Equal(TimeSpan.FromSeconds(30), subtask.AttemptIntervals[0].Duration);
    }

    [Fact]
    public async Task What_an_abandoned_attempt_reports_is_not_told_as_if_it_were_the_next_ones()
    {
        var first = new Checkpoint();
        var second = new Checkpoint();
        var reported = new TaskCompletionSource();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                if (context.Attempt == 1)
                {
                    await first.PassAsync(CancellationToken.None);
                    context.ReportProgress(0.9, "late");
                    context.StreamText("late");
                    reported.SetResult();
                }
                else
                {
                    await second.PassAsync(stop);
                }

                return "output";
            },
            options =>
            {
                options.Effect = TaskEffect.Read;
                options.Timeout = TimeSpan.FromSeconds(10);
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.Zero;
            });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await first.Reached;
        engine.Clock.Advance(TimeSpan.FromSeconds(10));
        await Engine.SeeAsync<AttemptTimedOut>(run);
        engine.Clock.Advance(TimeSpan.FromSeconds(30));
        await second.Reached;

        first.Open();
        await reported.Task.InTimeAsync();
        second.Open();
        await run.EndAsync();

        Assert.DoesNotContain(await Engine.EventsAsync(run), next => next is SubtaskTick);
    }

    [Fact]
    public async Task The_progress_of_an_attempt_begins_from_nothing()
    {
        var second = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                if (context.Attempt == 1)
                {
                    context.ReportProgress(0.5, "half");
                    throw new InvalidDataException("Bad data.");
                }

                await second.PassAsync(stop);
                context.ReportProgress(0.5, "half");
                return "output";
            },
            options =>
            {
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.Zero;
            });
        await using OrchestrationRun run = await engine.StartOneAsync();

        await second.Reached;
        Assert.Null(run.GetSnapshot().Subtasks[0].Progress);
        second.Open();
        await run.EndAsync();

        Assert.Equal(2, (await Engine.EventsAsync(run)).OfType<ProgressReported>().Count());
        Assert.Equal(0.5, run.GetSnapshot().Subtasks[0].Progress);
    }
}
