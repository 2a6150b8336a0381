using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

public sealed class BudgetTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Attempts_are_counted_also_those_that_are_retried()
    {
        await using Engine engine = Spending(
            new RunBudget { MaxAttempts = 4 },
            context => context is { Attempt: 1, Subtask.Id: "t0" } ? throw new InvalidDataException("Bad data.") : null,
            options =>
            {
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.Zero;
            });
        await using OrchestrationRun run = await engine.StartAsync(plan => Chain(plan, 5));

        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.BudgetExhausted, BudgetLimit.Attempts, StopReason.Budget), (result.Outcome, result.Run.ExhaustedBudget, result.Run.StopReason));
        Assert.Equal(["t0", "t1", "t2"], result.Succeeded.Select(subtask => subtask.Subtask.Id));
        Assert.All(result.Skipped, subtask => Assert.Equal(SkipReason.Budget, subtask.SkipReason));
        Assert.Equal(2, result.Skipped.Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tokens_of_chat_calls_are_counted_by_themselves_streamed_or_not(bool isStreamed)
    {
        using var client = new UsingChatClient(inputTokens: 60, outputTokens: 40);
        await using Engine engine = new(
            builder => builder.AddTaskType("work", "Asks.", async (None _, TaskContext context, CancellationToken stop) =>
            {
                string text = isStreamed
                    ? (await context.Chat.GetStreamingResponseAsync("Question?", cancellationToken: stop).ToChatResponseAsync(stop)).Text
                    : (await context.Chat.GetResponseAsync("Question?", cancellationToken: stop)).Text;
                context.Chat.Dispose();
                return text;
            }),
            options => options.Runs.Budget = new RunBudget { MaxTokens = 150 },
            services => services.AddSingleton<IChatClient>(client));

        RunResult result = await engine.RunAsync(plan => Chain(plan, 3));

        Assert.Equal((RunOutcome.BudgetExhausted, BudgetLimit.Tokens), (result.Outcome, result.Run.ExhaustedBudget));
        Assert.Equal(["answer", "answer"], result.Succeeded.Select(subtask => subtask.Output));
        Assert.Equal(TaskUsage.Of(new ModelUsage { Calls = 2, InputTokens = 120, OutputTokens = 80 }), result.Run.Usage);
        Assert.Equal(TaskUsage.Of(new ModelUsage { InputTokens = 60, OutputTokens = 40 }), result["t0"].Usage);
        Assert.False(client.IsDisposed);
    }

    [Fact]
    public async Task Cost_is_what_the_work_says()
    {
        await using Engine engine = Spending(new RunBudget { MaxCost = 1 }, _ => new TaskUsage(0, 0, 0.6m));

        RunResult result = await engine.RunAsync(plan => Chain(plan, 3));

        Assert.Equal((RunOutcome.BudgetExhausted, BudgetLimit.Cost, 1.2m), (result.Outcome, result.Run.ExhaustedBudget, result.Run.Usage.Cost));
    }

    [Fact]
    public async Task A_budget_that_is_used_up_with_the_last_subtask_is_no_matter()
    {
        await using Engine engine = Spending(new RunBudget { MaxAttempts = 3, MaxCost = 1 }, _ => new TaskUsage(0, 0, 0.5m));

        RunResult result = await engine.RunAsync(plan => Chain(plan, 2));

        Assert.Equal((RunOutcome.Succeeded, null), (result.Outcome, result.Run.ExhaustedBudget));
    }

    [Fact]
    public async Task When_time_is_up_what_runs_may_finish_and_nothing_else_starts()
    {
        var running = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                await running.PassAsync(stop);
                return context.Subtask.Id;
            },
            options: options => options.Runs.Budget = new RunBudget { MaxTime = TimeSpan.FromMinutes(1), WhenExhausted = BudgetAction.Finish });
        await using OrchestrationRun run = await engine.StartAsync(plan => Chain(plan, 2));
        await running.Reached;

        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        await Engine.SeeAsync<BudgetExhausted>(run);
        running.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.BudgetExhausted, BudgetLimit.Time, null), (result.Outcome, result.Run.ExhaustedBudget, result.Run.StopReason));
        Assert.Equal("t0", result.GetOutput<string>("t0"));
        Assert.Equal((SubtaskState.Skipped, "t1", SkipReason.Budget), (result["t1"].State, result["t1"].SkippedBecauseOf, result["t1"].SkipReason));
    }

    [Fact]
    public async Task When_what_runs_may_finish_a_plan_whose_parts_all_succeed_has_its_output()
    {
        var running = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                await running.PassAsync(stop);
                return context.Subtask.Id;
            },
            options: options => options.Runs.Budget = new RunBudget { MaxTime = TimeSpan.FromMinutes(1), WhenExhausted = BudgetAction.Finish });
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.AddPlan("whole", TaskPlan.Create(nested => nested.Add("part", "work"))));
        await running.Reached;

        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        await Engine.SeeAsync<BudgetExhausted>(run);
        running.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal((SubtaskState.Succeeded, SubtaskState.Succeeded), (result["whole/part"].State, result["whole"].State));
    }

    [Fact]
    public async Task Stop_tells_what_runs_to_stop()
    {
        var running = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                if (context.Subtask.Id == "runs")
                {
                    await running.PassAsync(stop);
                }
                else
                {
                    await running.Reached;
                }

                return context.Subtask.Id;
            },
            options: options => options.Runs.Budget = new RunBudget { MaxAttempts = 2 });

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("runs", "work");
            plan.Add("second", "work", after: [plan.Add("first", "work")]);
        });

        Assert.Equal((RunOutcome.BudgetExhausted, StopReason.Budget), (result.Outcome, result.Run.StopReason));
        Assert.Equal(
            [SubtaskState.Cancelled, SubtaskState.Succeeded, SubtaskState.Skipped],
            new[] { "runs", "first", "second" }.Select(id => result[id].State));
    }

    [Fact]
    public async Task Ask_waits_until_the_budget_is_extended_and_then_goes_on()
    {
        await using Engine engine = Spending(new RunBudget { MaxAttempts = 2, WhenExhausted = BudgetAction.Ask }, _ => null);
        await using OrchestrationRun run = await engine.StartAsync(plan => Chain(plan, 5));
        await Engine.SeeAsync<BudgetExhausted>(run);
        Assert.Equal(BudgetLimit.Attempts, run.GetSnapshot().ExhaustedBudget);

        await run.ExtendBudgetAsync(new RunBudget { MaxAttempts = 3, WhenExhausted = BudgetAction.Ask }, TestEnd);
        await Engine.SeeAsync<BudgetExhausted>(run, next => next.Sequence > 8);
        Assert.Equal(3, run.GetSnapshot().Subtasks.Sum(subtask => subtask.Attempts));
        await run.ExtendBudgetAsync(new RunBudget(), TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, null), (result.Outcome, result.Run.ExhaustedBudget));
        Assert.Equal(2, (await Engine.EventsAsync(run)).OfType<BudgetExtended>().Count());
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.ExtendBudgetAsync(new RunBudget(), TestEnd));
    }

    [Fact]
    public async Task A_run_that_asks_for_time_gets_it_from_its_start_on()
    {
        var first = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                if (context.Subtask.Id == "t0")
                {
                    await first.PassAsync(stop);
                }

                return context.Subtask.Id;
            },
            options: options => options.Runs.Budget = new RunBudget { MaxTime = TimeSpan.FromMinutes(1), WhenExhausted = BudgetAction.Ask });
        await using OrchestrationRun run = await engine.StartAsync(plan => Chain(plan, 2));
        await first.Reached;
        engine.Clock.Advance(TimeSpan.FromMinutes(2));
        await Engine.SeeAsync<BudgetExhausted>(run);
        first.Open();
        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "t0");

        Assert.Equal(SubtaskState.Ready, run.GetSnapshot().Subtasks[1].State);
        await run.ExtendBudgetAsync(new RunBudget { MaxTime = TimeSpan.FromMinutes(3) }, TestEnd);

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task A_run_that_asks_can_be_cancelled()
    {
        await using Engine engine = Spending(new RunBudget { MaxAttempts = 1, WhenExhausted = BudgetAction.Ask }, _ => null);
        await using OrchestrationRun run = await engine.StartAsync(plan => Chain(plan, 3));
        await Engine.SeeAsync<BudgetExhausted>(run);

        await run.CancelAsync(TestEnd);

        Assert.Equal(RunOutcome.Cancelled, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task A_budget_out_of_range_is_refused_and_a_run_without_one_has_none_to_extend()
    {
        await using Engine engine = Spending(null, _ => null);
        await using OrchestrationRun run = await engine.StartAsync(plan => Chain(plan, 1));

        await Assert.ThrowsAsync<ArgumentNullException>(() => run.ExtendBudgetAsync(null!, TestEnd));
        await Assert.ThrowsAsync<ArgumentException>(() => run.ExtendBudgetAsync(new RunBudget { MaxAttempts = 0 }, TestEnd));
        await Assert.ThrowsAsync<ArgumentException>(() => run.ExtendBudgetAsync(new RunBudget { MaxTime = TimeSpan.FromDays(1000) }, TestEnd));
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.ExtendBudgetAsync(new RunBudget(), TestEnd));
    }

    [Fact]
    public async Task What_is_expected_is_reserved_so_that_attempts_side_by_side_do_not_overspend()
    {
        long spent = 0;
        await using Engine engine = Engine.For(
            async (context, _) =>
            {
                await Task.Yield();
                context.ReportUsage(new TaskUsage(7, 0, 0));
                context.ReportUsage(new TaskUsage(0, 3, 0));
                return Interlocked.Add(ref spent, 10);
            },
            options => options.ExpectedUsage = new TaskUsage(10, 0, 0),
            options =>
            {
                options.Runs.MaxParallelism = 64;
                options.Runs.Budget = new RunBudget { MaxTokens = 1005, WhenExhausted = BudgetAction.Finish };
            });

        RunResult result = await engine.RunAsync(plan =>
        {
            for (int i = 0; i < 300; i++)
            {
                plan.Add($"t{i}", "work");
            }
        });

        Assert.Equal((RunOutcome.BudgetExhausted, 1000, 100), (result.Outcome, spent, result.Succeeded.Count()));
        Assert.Equal(1000, result.Run.Usage.Tokens);
    }

    [Fact]
    public async Task What_an_abandoned_attempt_used_counts_when_its_code_returns()
    {
        var first = new Checkpoint();
        var second = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                await (context.Attempt == 1 ? first.PassAsync(CancellationToken.None) : second.PassAsync(stop));
                context.ReportUsage(new TaskUsage(100, 0, 0));
                return context.Attempt;
            },
            options =>
            {
                options.Effect = TaskEffect.Read;
                options.Timeout = TimeSpan.FromMinutes(1);
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.Zero;
            },
            options => options.Runs.Budget = new RunBudget { MaxTokens = 150 });
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef only = plan.Add("only", "work");
            plan.Add("next", "work", after: [only]);
        });
        await first.Reached;
        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        await Engine.SeeAsync<AttemptTimedOut>(run);
        engine.Clock.Advance(TimeSpan.FromSeconds(30));
        await second.Reached;

        first.Open();
        UsageCounted late = await Engine.SeeAsync<UsageCounted>(run);
        second.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal((1, 100), (late.Attempt, late.Usage.Tokens));
        Assert.Equal((2, 200), (result.GetOutput<int>("only"), result["only"].Usage.Tokens));
        Assert.Equal((RunOutcome.BudgetExhausted, BudgetLimit.Tokens), (result.Outcome, result.Run.ExhaustedBudget));
    }

    private static void Chain(TaskPlanBuilder plan, int length)
    {
        SubtaskRef? last = null;
        for (int i = 0; i < length; i++)
        {
            last = plan.Add($"t{i}", "work", after: last is { } before ? [before] : null);
        }
    }

    private static Engine Spending(RunBudget? budget, Func<TaskContext, TaskUsage?> use, Action<TaskTypeOptions>? taskType = null) => Engine.For(
        (context, _) =>
        {
            if (use(context) is { } usage)
            {
                context.ReportUsage(usage);
            }

            return ValueTask.FromResult(context.Subtask.Id);
        },
        taskType,
        options => options.Runs.Budget = budget);
}
