using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>Code whose calls follow each other, are equal, or are others each time, and code that catches everything.</summary>
public sealed class DeferredCodeTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

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
}
