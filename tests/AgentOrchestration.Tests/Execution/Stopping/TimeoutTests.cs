using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Stopping;

public sealed class TimeoutTests
{
    [Fact]
    public async Task An_attempt_whose_time_is_up_is_told_to_stop_and_fails()
    {
        var entered = new TaskCompletionSource();
        await using Engine engine = Engine.For<string>(
            async (_, stop) =>
            {
                entered.SetResult();
                await Task.Delay(Timeout.Infinite, stop);
                return "never";
            },
            options => options.Timeout = TimeSpan.FromSeconds(10));
        await using OrchestrationRun run = await engine.StartOneAsync();

        await entered.Task.InTimeAsync();
        engine.Clock.Advance(TimeSpan.FromSeconds(10));
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Failed, "TimeoutException"), (result.Outcome, result["only"].Error!.Kind));
        Assert.True(result["only"].Duration >= TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_late_result_of_an_attempt_whose_time_was_up_is_discarded_and_the_next_attempt_counts()
    {
        var entered = new TaskCompletionSource();
        var firstMayEnd = new TaskCompletionSource();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                if (context.Attempt == 1)
                {
                    await using CancellationTokenRegistration registration = stop.Register(firstMayEnd.SetResult);
                    entered.SetResult();
                    await firstMayEnd.Task;
                    return "late";
                }

                return "second";
            },
            options =>
            {
                options.Timeout = TimeSpan.FromSeconds(10);
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.Zero;
            });
        await using OrchestrationRun run = await engine.StartOneAsync();

        await entered.Task.InTimeAsync();
        engine.Clock.Advance(TimeSpan.FromSeconds(10));
        RunResult result = await run.EndAsync();

        Assert.Equal(("second", 2), (result.GetOutput<string>("only"), result["only"].Attempts));
    }

    [Theory]
    [InlineData(TaskEffect.Pure, SubtaskState.Succeeded)]
    [InlineData(TaskEffect.Read, SubtaskState.Succeeded)]
    [InlineData(TaskEffect.Write, SubtaskState.Failed)]
    public async Task An_attempt_that_ignores_its_timeout_is_abandoned_and_only_work_without_effects_runs_beside_it(TaskEffect effect, SubtaskState expected)
    {
        var entered = new TaskCompletionSource();
        var never = new TaskCompletionSource<string>();
        await using Engine engine = new(builder => builder
            .AddResource("licence", 2)
            .AddTaskType(
                "work",
                "Works.",
                (None _, TaskContext context, CancellationToken _) =>
                {
                    entered.TrySetResult();
                    return context.Attempt == 1 ? new ValueTask<string>(never.Task) : ValueTask.FromResult("second");
                },
                options =>
                {
                    options.Effect = effect;
                    options.Timeout = TimeSpan.FromSeconds(10);
                    options.Retry.MaxAttempts = 2;
                    options.Retry.Delay = TimeSpan.Zero;
                    options.Resources = ResourceRequirements.Of("licence", 1);
                }));
        await using OrchestrationRun run = await engine.StartOneAsync();

        await entered.Task.InTimeAsync();
        engine.Clock.Advance(TimeSpan.FromSeconds(10));
        await Engine.SeeAsync<AttemptTimedOut>(run);
        engine.Clock.Advance(TimeSpan.FromSeconds(30));
        RunResult result = await run.EndAsync();

        Assert.Equal(expected, result["only"].State);
        IResourceManager resources = engine.Services.GetRequiredService<IResourceManager>();
        Assert.Equal(1, resources.Snapshot().Single(pool => pool.Name == "licence").InUse);
        var released = new TaskCompletionSource();
        resources.Released += (_, _) => released.TrySetResult();
        never.SetResult("late");
        await released.Task.InTimeAsync();
        Assert.Equal(0, resources.Snapshot().Single(pool => pool.Name == "licence").InUse);
    }

    [Fact]
    public async Task Retries_wait_for_their_pause_and_end_when_an_attempt_succeeds()
    {
        await using Engine engine = Engine.For(
            (context, _) => context.Attempt < 3 ? throw new InvalidDataException($"Attempt {context.Attempt}.") : ValueTask.FromResult("third"),
            options =>
            {
                options.Retry.MaxAttempts = 5;
                options.Retry.Jitter = 0;
            });
        await using OrchestrationRun run = await engine.StartOneAsync();

        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromMilliseconds(100));

        Assert.Equal(("third", 3), (result.GetOutput<string>("only"), result["only"].Attempts));
        Assert.True(result["only"].Duration >= TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task An_error_that_is_not_worth_a_retry_fails_at_once_and_so_does_a_rule_that_throws()
    {
        foreach (Func<Exception, bool> rule in new Func<Exception, bool>[] { _ => false, _ => throw new InvalidOperationException("The rule broke.") })
        {
            await using Engine engine = Engine.For<string>(
                (_, _) => throw new InvalidDataException("Bad data."),
                options =>
                {
                    options.Retry.MaxAttempts = 5;
                    options.Retry.ShouldRetry = rule;
                });

            SubtaskSnapshot subtask = (await engine.RunOneAsync())["only"];

            Assert.Equal((1, "Bad data."), (subtask.Attempts, subtask.Error!.Message));
        }
    }
}
