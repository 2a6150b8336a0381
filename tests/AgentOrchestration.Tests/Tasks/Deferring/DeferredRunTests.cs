using System.Net;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution;
using LoopbackModel;
using Microsoft.Extensions.AI;
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
    public async Task An_endpoint_that_says_to_wait_an_hour_is_given_the_hour()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        int refused = 0;
        world.Batches.Refuse = (method, path) => method == "POST" && path == "/v1/batches" && refused++ == 0 ? (HttpStatusCode.TooManyRequests, TimeSpan.FromHours(1)) : null;

        RunResult result = await world.RunAsync(DeferredWorld.Plan(3), DeferredWorld.Within(24));

        Assert.Equal((RunOutcome.Succeeded, 0), (result.Outcome, world.Live.Asked.Count));
        Assert.InRange((result.Subtasks.Max(subtask => subtask.EndedAt) - result.Subtasks.Min(subtask => subtask.StartedAt))!.Value.TotalMinutes, 67, 24 * 60);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task An_endpoint_that_takes_nothing_makes_the_run_no_later_than_it_may_be(HttpStatusCode status)
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Batches.Refuse = (_, _) => (status, null);
        DateTimeOffset start = world.Clock.GetUtcNow();

        RunResult result = await world.RunAsync(DeferredWorld.Plan(3), DeferredWorld.Within(6));

        Assert.Equal((RunOutcome.Succeeded, 3), (result.Outcome, world.Live.Asked.Count));
        Assert.InRange(world.Clock.GetUtcNow() - start, TimeSpan.Zero, TimeSpan.FromHours(6));
    }

    [Fact]
    public async Task A_connection_that_breaks_after_a_batch_was_received_submits_it_once()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        int made = 0;
        world.Batches.BreaksAfterCreate = () => made++ == 0;
        world.Batches.PageSize = 1;

        RunResult result = await world.RunAsync(DeferredWorld.Plan(3), DeferredWorld.Within(24));

        Assert.Equal((RunOutcome.Succeeded, 0), (result.Outcome, world.Live.Asked.Count));
        Assert.Single(world.Batches.All);
    }

    [Fact]
    public async Task Calls_that_follow_each_other_are_answered_by_one_batch_after_another()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Work = async (prompt, context, stop) =>
        {
            string first = (await context.Chat.GetResponseAsync(prompt, cancellationToken: stop)).Text;
            return (await context.Chat.GetResponseAsync(first, cancellationToken: stop)).Text;
        };
        await using ServiceProvider process = world.NewProcess();
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(3), DeferredWorld.Within(24), TestEnd);
        await DeferredWorld.DeferAllAsync(run);
        await world.AdvanceUntilAsync(Engine.SeeAsync<AttemptStarted>(run, started => started.Attempt == 2));
        await DeferredWorld.DeferAllAsync(run, times: 2);

        RunResult result = await world.AdvanceUntilAsync(run.EndAsync());

        Assert.All(result.Subtasks, subtask => Assert.Equal($"re: re: {subtask.Subtask.Id}", subtask.Output));
        Assert.Equal([3, 3], world.Batches.All.Select(batch => batch.Requests.Count));

        // Each answer is counted once, though code has received the first twice.
        Assert.All(result.Subtasks, subtask => Assert.Equal(new TaskUsage(20, 10, 20m), subtask.Usage with { Models = [] }));
    }

    [Fact]
    public async Task Equal_calls_of_one_attempt_have_an_answer_each_and_go_together()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Work = async (prompt, context, stop) =>
            string.Join(' ', (await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => context.Chat.GetResponseAsync(prompt, cancellationToken: stop)))).Select(answer => answer.Text));

        RunResult result = await world.RunAsync(DeferredWorld.Plan(1), DeferredWorld.Within(24));

        Assert.Equal("re: s0 re: s0 re: s0", result.GetOutput<string>("s0"));
        Assert.Equal(3, Assert.Single(world.Batches.All).Requests.Count);
    }

    [Fact]
    public async Task Code_that_asks_something_else_each_time_does_not_wait_for_ever()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        int asked = 0;
        world.Work = async (_, context, stop) => (await context.Chat.GetResponseAsync($"{Interlocked.Increment(ref asked)}", cancellationToken: stop)).Text;

        RunResult result = await world.RunAsync(DeferredWorld.Plan(1), DeferredWorld.Within(24));

        Assert.Equal("re: 2", result.GetOutput<string>("s0"));
        Assert.Single(world.Batches.All);
    }

    [Fact]
    public async Task Code_that_catches_everything_gives_no_result_before_its_answer()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Work = async (prompt, context, stop) =>
        {
            try
            {
                return (await context.Chat.GetResponseAsync(prompt, cancellationToken: stop)).Text;
            }
            catch (Exception)
            {
                return "none";
            }
        };

        RunResult result = await world.RunAsync(DeferredWorld.Plan(2), DeferredWorld.Within(24));

        Assert.All(result.Subtasks, subtask => Assert.Equal($"re: {subtask.Subtask.Id}", subtask.Output));
    }

    [Fact]
    public async Task Waiting_counts_as_no_attempt_and_an_answer_that_the_code_refuses_is_asked_anew()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        int refused = 0;
        world.TaskType = options => (options.Retry.MaxAttempts, options.Retry.Delay) = (2, TimeSpan.FromSeconds(1));
        world.Work = async (prompt, context, stop) =>
        {
            string text = (await context.Chat.GetResponseAsync(prompt, cancellationToken: stop)).Text;
            return Interlocked.Increment(ref refused) == 1 ? throw new FormatException("It is not what was asked for.") : text;
        };

        RunResult result = await world.RunAsync(DeferredWorld.Plan(1), DeferredWorld.Within(24));

        Assert.Equal("re: s0", result.GetOutput<string>("s0"));
        Assert.Equal((2, 0), (world.Batches.All.Count, world.Live.Asked.Count));
        Assert.NotEqual((string?)world.Batches.All[0].Requests[0]["custom_id"], (string?)world.Batches.All[1].Requests[0]["custom_id"]);
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
    public async Task A_run_that_is_cancelled_cancels_its_batch()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Batches.Time = _ => TimeSpan.FromHours(20);
        await using ServiceProvider process = world.NewProcess(isDurable: false);
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(3), DeferredWorld.Within(24), TestEnd);
        await DeferredWorld.DeferAllAsync(run);
        await world.AdvanceUntilAsync(Engine.SeeAsync<CallsSubmitted>(run));

        await run.CancelAsync(cancellationToken: TestEnd);
        RunResult result = await run.EndAsync();
        await world.Batches.All[0].Cancelled.InTimeAsync();

        Assert.Equal(RunOutcome.Cancelled, result.Outcome);
    }

    [Fact]
    public async Task A_streamed_call_is_answered_too()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Work = async (prompt, context, stop) => (await context.Chat.GetStreamingResponseAsync(prompt, cancellationToken: stop).ToChatResponseAsync(stop)).Text;

        RunResult result = await world.RunAsync(DeferredWorld.Plan(2), DeferredWorld.Within(24));

        Assert.All(result.Subtasks, subtask => Assert.Equal($"re: {subtask.Subtask.Id}", subtask.Output));
        Assert.All(result.Subtasks, subtask => Assert.Equal(new TaskUsage(10, 5, 10m), subtask.Usage with { Models = [] }));
        Assert.Empty(world.Live.Asked);
    }

    [Fact]
    public async Task Code_whose_last_call_is_another_each_time_waits_for_it_once()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        int asked = 0;
        world.Work = async (prompt, context, stop) =>
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => context.Chat.GetResponseAsync(prompt, cancellationToken: stop)));
            return (await context.Chat.GetResponseAsync($"summary {Interlocked.Increment(ref asked)}", cancellationToken: stop)).Text;
        };

        RunResult result = await world.RunAsync(DeferredWorld.Plan(1), DeferredWorld.Within(24));

        Assert.Equal("re: summary 2", result.GetOutput<string>("s0"));
        Assert.Equal([10, 1], world.Batches.All.Select(batch => batch.Requests.Count));
        Assert.Equal(["summary 2"], world.Live.Asked);
    }

    [Fact]
    public async Task Each_batch_asks_one_model()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Work = async (prompt, context, stop) =>
        {
            string[] models = prompt == "s0" ? ["a", "b"] : prompt == "s1" ? ["a"] : ["b"];
            return string.Join(' ', (await Task.WhenAll(models.Select(model =>
                context.Chat.GetResponseAsync($"{prompt}{model}", new ChatOptions { ModelId = model }, stop)))).Select(answer => answer.Text));
        };

        RunResult result = await world.RunAsync(DeferredWorld.Plan(3), DeferredWorld.Within(24));

        Assert.Equal(["re: s0a re: s0b", "re: s1a", "re: s2b"], result.Subtasks.Select(subtask => subtask.Output));
        Assert.Equal([1, 1, 1], world.Batches.All.Select(batch => batch.Requests.Select(request => (string?)request["body"]!["model"]).Distinct().Count()));
        Assert.Equal((4, 0), (world.Batches.All.Sum(batch => batch.Requests.Count), world.Live.Asked.Count));
    }

    [Fact]
    public async Task Calls_are_not_deferred_to_another_model_than_the_client_asks()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Live.Model = "large";
        string? model = null;
        world.Work = async (prompt, context, stop) => (await context.Chat.GetResponseAsync(prompt, new ChatOptions { ModelId = model }, stop)).Text;

        await world.RunAsync(DeferredWorld.Plan(2), DeferredWorld.Within(24), isDeferred: false);

        Assert.Equal((2, 0), (world.Live.Asked.Count, world.Batches.All.Count));
        Assert.Contains("its batches ask the model m when", Assert.Single(world.Log.GetSnapshot(), record => record.Id.Id == 114).Message, StringComparison.Ordinal);
        model = "large";
        await world.RunAsync(DeferredWorld.Plan(2), DeferredWorld.Within(24));
        Assert.Equal((2, 1), (world.Live.Asked.Count, world.Batches.All.Count));
    }

    [Fact]
    public async Task What_nobody_waits_for_any_more_is_not_submitted()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        int refused = 0;
        world.Batches.Refuse = (method, path) => method == "POST" && path == "/v1/batches" && refused++ == 0 ? (HttpStatusCode.TooManyRequests, TimeSpan.FromHours(30)) : null;
        world.Work = async (prompt, context, stop) =>
        {
            string text = (await context.Chat.GetResponseAsync(prompt, cancellationToken: stop)).Text;

            // The run lasts longer than the pause that was asked for.
            await Task.Delay(TimeSpan.FromMinutes(30), world.Clock, stop);
            return text;
        };

        RunResult result = await world.RunAsync(DeferredWorld.Plan(3), DeferredWorld.Within(24));

        Assert.Equal((RunOutcome.Succeeded, 3), (result.Outcome, world.Live.Asked.Count));
        Assert.Empty(world.Batches.All);
    }

    [Fact]
    public async Task A_run_without_time_for_collecting_and_cancelling_defers_nothing()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.BatchOptions = static options => (options.CollectFor, options.ExpectedTime, options.CancelTime) = (TimeSpan.FromMinutes(6), TimeSpan.FromHours(1), TimeSpan.FromHours(1));

        await world.RunAsync(DeferredWorld.Plan(2), DeferredWorld.Within(4), isDeferred: false);

        Assert.Equal((2, 0), (world.Live.Asked.Count, world.Batches.All.Count));
    }

    [Fact]
    public async Task A_batch_that_is_made_while_the_run_is_cancelled_is_cancelled_too()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        var made = new TaskCompletionSource();
        var mayAnswer = new TaskCompletionSource();
        world.Batches.Hold = (method, path, isDone) =>
        {
            if (method == "POST" && path == "/v1/batches" && !isDone)
            {
                made.TrySetResult();
                return mayAnswer.Task;
            }

            return Task.CompletedTask;
        };
        RunOutcome outcome = await CancelWhenAsync(world, made.Task, mayAnswer);

        Assert.Equal(RunOutcome.Cancelled, outcome);
        await Assert.Single(world.Batches.All).Cancelled.InTimeAsync();
    }

    [Fact]
    public async Task A_run_that_is_cancelled_while_it_uploads_leaves_no_batch_behind()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        var begun = new TaskCompletionSource();
        var mayAnswer = new TaskCompletionSource();
        world.Batches.Hold = (_, path, isDone) =>
        {
            if (path == "/v1/files" && !isDone)
            {
                begun.TrySetResult();
                return mayAnswer.Task;
            }

            return Task.CompletedTask;
        };
        RunOutcome outcome = await CancelWhenAsync(world, begun.Task, mayAnswer);

        Assert.Equal(RunOutcome.Cancelled, outcome);
        foreach (LoopbackBatch batch in world.Batches.All)
        {
            // The request was on its way already.
            await batch.Cancelled.InTimeAsync();
        }
    }

    [Fact]
    public async Task What_is_above_the_limits_of_a_batch_waits_for_the_next_and_what_no_batch_takes_is_asked_now()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        var batches = new MemoryBatches(world.Batched, world.Clock) { MaxRequests = 2, MaxBytes = 2_000 };
        world.Other = batches;
        world.Work = async (prompt, context, stop) => prompt == "s0"
            ? string.Join(' ', (await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => context.Chat.GetResponseAsync(prompt, cancellationToken: stop)))).Select(answer => answer.Text))
            : (await context.Chat.GetResponseAsync(new string('x', 2_000), cancellationToken: stop)).Text;

        RunResult result = await world.RunAsync(DeferredWorld.Plan(2), DeferredWorld.Within(24), isDeferred: false);

        Assert.Equal("re: s0 re: s0 re: s0 re: s0 re: s0", result.GetOutput<string>("s0"));
        Assert.Equal([2, 2, 1], batches.Counts);
        Assert.Equal([new string('x', 2_000)], world.Live.Asked);
    }

    private static async Task<RunOutcome> CancelWhenAsync(DeferredWorld world, Task begun, TaskCompletionSource mayAnswer)
    {
        await using ServiceProvider process = world.NewProcess(isDurable: false);
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(3), DeferredWorld.Within(24), TestEnd);
        await DeferredWorld.DeferAllAsync(run);
        await world.AdvanceByAsync(TimeSpan.FromMinutes(9));
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        await begun.InTimeAsync();
        await run.CancelAsync(cancellationToken: TestEnd);
        RunResult result = await run.EndAsync();
        mayAnswer.SetResult();
        return result.Outcome;
    }
}
