using System.Net;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using LoopbackModel;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>What is submitted in which batch, and what becomes of batches that an endpoint refuses or that nobody waits for any more.</summary>
public sealed class DeferredSubmissionTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

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

        // Threads of a busy machine may lag behind the clock of the test by a few of its steps.
        Assert.InRange(world.Clock.GetUtcNow() - start, TimeSpan.Zero, TimeSpan.FromHours(6.25));
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
