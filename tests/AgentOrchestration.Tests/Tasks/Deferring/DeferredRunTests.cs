using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution;
using LoopbackModel;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>Runs whose calls can wait, over real HTTP.</summary>
public sealed class DeferredRunTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_that_can_wait_go_to_the_batch_endpoint_in_one_batch_and_each_receives_its_own_answer()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();

        RunResult result = await world.RunAsync(DeferredWorld.Plan(20), DeferredWorld.Within(24));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.All(result.Subtasks, subtask => Assert.Equal($"re: {subtask.Subtask.Id}", subtask.Output));
        LoopbackBatch batch = Assert.Single(world.Batches.All);
        Assert.Equal(20, batch.Requests.Count);
        Assert.Empty(world.Live.Asked);
    }

    [Fact]
    public async Task Their_price_is_that_of_batches_and_what_it_saves_is_reported()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        await using ServiceProvider process = world.NewProcess(isDurable: false);
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(3), DeferredWorld.Within(24), TestEnd);
        await DeferredWorld.DeferAllAsync(run);
        await world.AdvanceUntilAsync(run.EndAsync());

        RunSavings savings = run.GetSavings();

        // 10 tokens in at 1 or 0.5, and 5 out at 2 or 1.
        Assert.Equal((30m, 3L, 30L, 15L), (savings.Spent.Cost, savings.Spent.Calls, savings.Spent.InputTokens, savings.Spent.OutputTokens));
        SavingsItem item = Assert.Single(savings.Avoided);
        Assert.Equal((SavingsReason.BatchPrice, 3, 30m), (item.Reason, item.Subtasks, item.Usage.Cost));
        Assert.Equal(60m, savings.Spent.Cost + savings.Net.Cost);
    }

    [Fact]
    public async Task Nothing_is_deferred_unless_the_run_says_so()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();

        RunResult result = await world.RunAsync(DeferredWorld.Plan(3), new RunOptions { Timeout = TimeSpan.FromDays(2) }, isDeferred: false);

        Assert.Equal((RunOutcome.Succeeded, 3, 0), (result.Outcome, world.Live.Asked.Count, world.Batches.All.Count));
    }

    [Theory]
    [InlineData(TaskEffect.Write)]
    [InlineData(TaskEffect.Irreversible)]
    public async Task What_changes_something_never_waits(TaskEffect effect)
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.TaskType = options => options.Effect = effect;

        RunResult result = await world.RunAsync(DeferredWorld.Plan(2), DeferredWorld.Within(24), isDeferred: false);

        Assert.Equal((RunOutcome.Succeeded, 2, 0), (result.Outcome, world.Live.Asked.Count, world.Batches.All.Count));
    }

    [Fact]
    public async Task Without_time_for_a_batch_calls_are_made_at_once()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();

        RunResult result = await world.RunAsync(DeferredWorld.Plan(3), DeferredWorld.Within(0.9), isDeferred: false);

        Assert.Equal((RunOutcome.Succeeded, 3, 0), (result.Outcome, world.Live.Asked.Count, world.Batches.All.Count));
    }

    [Fact]
    public async Task A_subtask_that_waits_holds_nothing_and_says_what_it_waits_for()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        await using ServiceProvider process = world.NewProcess(isDurable: false);
        var options = new RunOptions { DeferCallsWithin = TimeSpan.FromHours(24), MaxParallelism = 1 };
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(5), options, TestEnd);

        world.Batches.Time = _ => TimeSpan.FromHours(20);
        await DeferredWorld.DeferAllAsync(run);
        CallsSubmitted submitted = await world.AdvanceUntilAsync(Engine.SeeAsync<CallsSubmitted>(run));
        WaitExplanation why = run.Explain("s3");
        RunSnapshot now = run.GetSnapshot();

        Assert.Equal((1, "gpt", "batch_1"), (submitted.Submission, submitted.Endpoint, submitted.BatchId));
        Assert.Equal(5, Assert.Single(world.Batches.All).Requests.Count);
        Assert.All(now.Subtasks, subtask => Assert.Equal(SubtaskState.Ready, subtask.State));
        Assert.Equal(WaitKind.DeferredCalls, why.Kind);
        Assert.StartsWith("waits for answers of a batch endpoint, at most (", why.ToString(), StringComparison.Ordinal);
        Assert.Equal(RunOutcome.Succeeded, (await world.AdvanceUntilAsync(run.EndAsync())).Outcome);
    }

    [Theory]
    [InlineData(30.0, 0.0)]
    [InlineData(30.0, 0.4)]
    [InlineData(1000.0, 0.0)]
    public async Task The_run_is_done_in_time_though_the_batch_is_not(double batchHours, double otherBatchHours)
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Batches.Time = number => TimeSpan.FromHours(number == 1 ? batchHours : otherBatchHours);
        DateTimeOffset start = world.Clock.GetUtcNow();

        RunResult result = await world.RunAsync(DeferredWorld.Plan(10), DeferredWorld.Within(24));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.All(result.Subtasks, subtask => Assert.Equal($"re: {subtask.Subtask.Id}", subtask.Output));

        // The clock goes on while a busy machine works; DeferredCallProperties keeps to the minute, in virtual time.
        Assert.InRange((result.Subtasks.Max(subtask => subtask.EndedAt) - start)!.Value.TotalHours, 23, 26);

        // What the batch has answered until it was cancelled is used, and nothing is asked twice.
        Assert.NotNull(world.Batches.All[0].CancelledAt);
        Assert.Equal(10, world.Batches.All.Sum(batch => batch.Answered.Count) + world.Live.Asked.Count);
    }

    [Fact]
    public async Task A_clock_that_leaps_over_the_last_moment_does_not_pay_for_what_is_answered()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        await using ServiceProvider process = world.NewProcess(isDurable: false);
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(5), DeferredWorld.Within(24), TestEnd);
        await DeferredWorld.DeferAllAsync(run);
        await world.AdvanceUntilAsync(Engine.SeeAsync<CallsSubmitted>(run));

        world.Clock.Advance(TimeSpan.FromHours(30));
        RunResult result = await world.AdvanceUntilAsync(run.EndAsync(), seconds: 2);

        Assert.Equal((RunOutcome.Succeeded, 0), (result.Outcome, world.Live.Asked.Count));
        Assert.Single(world.Batches.All);
    }

    [Fact]
    public async Task What_has_expired_is_asked_elsewhere_and_what_was_answered_counts()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Batches.Time = _ => TimeSpan.FromHours(48);

        RunResult result = await world.RunAsync(DeferredWorld.Plan(10), DeferredWorld.Within(72));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.All(result.Subtasks, subtask => Assert.Equal($"re: {subtask.Subtask.Id}", subtask.Output));
        Assert.Null(Assert.Single(world.Batches.All).CancelledAt);
        Assert.Equal((5, 5), (world.Batches.All[0].Answered.Count, world.Live.Asked.Count));
    }

    [Fact]
    public async Task A_request_that_fails_in_its_batch_is_made_at_once_and_fails_as_it_does_there()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Batches.Fails = prompt => prompt == "s1";

        RunResult result = await world.RunAsync(DeferredWorld.Plan(3), DeferredWorld.Within(24));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(["s1"], world.Live.Asked);
    }

    [Fact]
    public async Task Answers_that_are_strange_twice_missing_malformed_or_cut_off_are_not_taken()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Batches.Tamper = lines =>
        [
            lines[0].Replace("re: ", "wrong: ", StringComparison.Ordinal).Replace("\"custom_id\":\"", "\"custom_id\":\"x", StringComparison.Ordinal),
            lines[1],
            lines[1].Replace("re: ", "wrong: ", StringComparison.Ordinal),
            "{\"custom_id\":17}",
            "",
            "null",
            "[1,2",
            lines[2].Replace("\"choices\":[", "\"choices\":[null,", StringComparison.Ordinal),
            lines[3],
            lines[4][..^40],
        ];

        RunResult result = await world.RunAsync(DeferredWorld.Plan(6), DeferredWorld.Within(24));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.All(result.Subtasks, subtask => Assert.Equal($"re: {subtask.Subtask.Id}", subtask.Output));
        Assert.Equal(5, world.Live.Asked.Count);
    }

    [Fact]
    public async Task A_budget_reserves_what_waits()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.TaskType = options => options.ExpectedUsage = new TaskUsage(10, 5, 0);
        var options = new RunOptions { DeferCallsWithin = TimeSpan.FromHours(24), Budget = new RunBudget { MaxTokens = 30, MaxAttempts = 2, WhenExhausted = BudgetAction.Finish } };

        RunResult result = await world.RunAsync(DeferredWorld.Plan(10), options, isDeferred: false);

        Assert.Equal(2, world.Batches.All.Sum(batch => batch.Requests.Count));
        Assert.Equal(2, result.Subtasks.Count(subtask => subtask.State == SubtaskState.Succeeded));
    }

    [Fact]
    public async Task A_run_without_time_for_collecting_and_cancelling_defers_nothing()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.BatchOptions = static options => (options.CollectFor, options.ExpectedTime, options.CancelTime) = (TimeSpan.FromMinutes(6), TimeSpan.FromHours(1), TimeSpan.FromHours(1));

        await world.RunAsync(DeferredWorld.Plan(2), DeferredWorld.Within(4), isDeferred: false);

        Assert.Equal((2, 0), (world.Live.Asked.Count, world.Batches.All.Count));
    }
}
