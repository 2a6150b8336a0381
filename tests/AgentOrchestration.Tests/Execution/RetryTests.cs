using System.Reflection;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

public sealed class RetryTests
{
    [Fact]
    public async Task A_subtasks_own_number_of_attempts_beats_that_of_its_task_type()
    {
        await using Engine engine = Engine.For<string>((_, _) => throw new InvalidDataException("Bad data."), Retrying(attempts: 2));

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("type", "work");
            plan.Add("more", "work", options: new() { Policy = new SubtaskPolicy { MaxAttempts = 4 } });
            plan.Add("none", "work", options: new() { Policy = new SubtaskPolicy { MaxAttempts = 1 } });
        });

        Assert.Equal([2, 4, 1], result.Subtasks.Select(subtask => subtask.Attempts));
        Assert.Equal(3, result.Failed.Count());
    }

    [Fact]
    public async Task Attempts_are_counted_from_one_and_share_an_idempotency_key()
    {
        List<(int Attempt, string Key)> seen = [];
        await using Engine engine = Engine.For(
            (context, _) =>
            {
                seen.Add((context.Attempt, context.IdempotencyKey));
                return context.Attempt < 3 ? throw new InvalidDataException($"Attempt {context.Attempt}.") : ValueTask.FromResult("third");
            },
            Retrying(attempts: 5));
        OrchestrationRun run = await engine.StartOneAsync();
        await using IAsyncDisposable runDisposal = run.Disposal();

        RunResult result = await run.EndAsync();

        Assert.Equal([(1, $"{run.RunId}/only"), (2, $"{run.RunId}/only"), (3, $"{run.RunId}/only")], seen);
        Assert.Equal((3, 3, null), (result["only"].Attempts, result["only"].AttemptIntervals.Count, result["only"].Error));
        Assert.Equal(
            ["Attempt 1.", "Attempt 2."],
            (await Engine.EventsAsync(run)).OfType<AttemptFailed>().Select(failed => failed.Error.Message));
    }

    [Fact]
    public async Task A_final_error_is_never_tried_again()
    {
        await using Engine engine = Engine.For<string>(
            (_, _) => throw new TaskFailedException("There is no such page.") { IsFinal = true }, Retrying(attempts: 5));

        SubtaskSnapshot subtask = (await engine.RunOneAsync())["only"];

        Assert.Equal((1, "There is no such page."), (subtask.Attempts, subtask.Error!.Message));
    }

    [Fact]
    public async Task An_error_that_says_when_is_waited_for_that_long_also_above_the_longest_pause()
    {
        await using Engine engine = Engine.For(
            (context, _) => context.Attempt == 1
                ? throw new TaskFailedException("Too many requests.") { RetryAfter = TimeSpan.FromMinutes(10) }
                : ValueTask.FromResult("second"),
            options => options.Retry.MaxAttempts = 2);
        OrchestrationRun run = await engine.StartOneAsync();
        await using IAsyncDisposable runDisposal = run.Disposal();
        AttemptFailed failed = await Engine.SeeAsync<AttemptFailed>(run);

        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromMinutes(1));

        Assert.Equal(TimeSpan.FromMinutes(10), failed.RetryAt - failed.Time);
        Assert.True(result["only"].AttemptIntervals[1].StartedAt >= failed.RetryAt);
    }

    public static TheoryData<string> Wrappings => [nameof(AggregateException), nameof(TargetInvocationException), "nested", "beside others"];

    [Theory]
    [MemberData(nameof(Wrappings))]
    public async Task A_final_error_inside_others_is_never_tried_again(string wrapping)
    {
        await using Engine engine = Engine.For<string>(
            (_, _) => throw Wrap(new TaskFailedException("There is no such account.") { IsFinal = true }, wrapping), Retrying(attempts: 5));

        Assert.Equal(1, (await engine.RunOneAsync())["only"].Attempts);
    }

    [Theory]
    [MemberData(nameof(Wrappings))]
    public async Task What_an_error_inside_others_says_of_the_pause_is_kept(string wrapping)
    {
        await using Engine engine = Engine.For<string>(
            (_, _) => throw Wrap(new TaskFailedException("Too many requests.") { RetryAfter = TimeSpan.FromMinutes(10) }, wrapping), Retrying(attempts: 2));
        OrchestrationRun run = await engine.StartOneAsync();
        await using IAsyncDisposable runDisposal = run.Disposal();

        AttemptFailed failed = await Engine.SeeAsync<AttemptFailed>(run);

        Assert.Equal(TimeSpan.FromMinutes(10), failed.RetryAt - failed.Time);
    }

    [Fact]
    public async Task Of_several_errors_at_once_the_longest_pause_counts()
    {
        await using Engine engine = Engine.For<string>(
            (_, _) => throw new AggregateException(Busy(3), new InvalidDataException("Bad data."), new AggregateException(Busy(30), Busy(1))), Retrying(attempts: 2));
        OrchestrationRun run = await engine.StartOneAsync();
        await using IAsyncDisposable runDisposal = run.Disposal();

        AttemptFailed failed = await Engine.SeeAsync<AttemptFailed>(run);

        Assert.Equal(TimeSpan.FromSeconds(30), failed.RetryAt - failed.Time);

        static TaskFailedException Busy(int seconds) => new("Too many requests.") { RetryAfter = TimeSpan.FromSeconds(seconds) };
    }

    [Fact]
    public async Task Whether_errors_at_once_are_worth_another_attempt_the_rule_decides_by_what_was_thrown()
    {
        List<Exception> asked = [];
        await using Engine engine = Engine.For<string>(
            (_, _) => throw new AggregateException(new InvalidDataException("Bad data.")),
            options =>
            {
                options.Retry.MaxAttempts = 5;
                options.Retry.ShouldRetry = error =>
                {
                    asked.Add(error);
                    return false;
                };
            });

        Assert.Equal(1, (await engine.RunOneAsync())["only"].Attempts);
        Assert.IsType<AggregateException>(Assert.Single(asked));
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(-7, 0)]
    [InlineData(null, 3)]
    public async Task The_rule_of_the_task_type_says_how_long_an_error_wants_to_be_waited_for(int? says, int expected)
    {
        Assert.Equal(TimeSpan.FromSeconds(expected), await PauseAsync(_ => says is { } seconds ? TimeSpan.FromSeconds(seconds) : null));
    }

    [Fact]
    public async Task A_rule_that_throws_has_said_nothing()
    {
        Assert.Equal(TimeSpan.FromSeconds(3), await PauseAsync(_ => throw new InvalidOperationException("The rule broke.")));
    }

    [Fact]
    public async Task A_pause_holds_neither_a_worker_nor_resources()
    {
        await using Engine engine = new(
            builder => builder.AddResource("licence", 1).AddTaskType(
                "work",
                "Works.",
                (None _, TaskContext context, CancellationToken _) =>
                    context is { Attempt: 1, Subtask.Id: "first" } ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult(context.Subtask.Id),
                options =>
                {
                    options.Retry.MaxAttempts = 2;
                    options.Resources = ResourceRequirements.Of("licence", 1);
                }),
            options => options.Runs.MaxParallelism = 1);
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("first", "work");
            plan.Add("second", "work");
        });
        await using IAsyncDisposable runDisposal = run.Disposal();

        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "second");
        Assert.Equal(SubtaskState.Ready, run.GetSnapshot().Subtasks[0].State);

        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));
        Assert.Equal(2, result.Succeeded.Count());
    }

    private static Exception Wrap(TaskFailedException error, string wrapping) => wrapping switch
    {
        nameof(AggregateException) => new AggregateException(error),
        nameof(TargetInvocationException) => new TargetInvocationException(error),
        "nested" => new AggregateException(new TargetInvocationException(new AggregateException(error))),
        _ => new AggregateException(new InvalidDataException("Bad data."), error, new TimeoutException()),
    };

    private static Action<TaskTypeOptions> Retrying(int attempts) => options =>
    {
        options.Retry.MaxAttempts = attempts;
        options.Retry.Delay = TimeSpan.Zero;
    };

    private static async Task<TimeSpan> PauseAsync(Func<Exception, TimeSpan?> rule)
    {
        await using Engine engine = Engine.For<string>(
            (_, _) => throw new InvalidDataException("Bad data."),
            options =>
            {
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.FromSeconds(3);
                options.Retry.Jitter = 0;
                options.Retry.RetryAfter = rule;
            });
        OrchestrationRun run = await engine.StartOneAsync();
        await using IAsyncDisposable runDisposal = run.Disposal();
        AttemptFailed failed = await Engine.SeeAsync<AttemptFailed>(run);
        return failed.RetryAt - failed.Time;
    }
}
