using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>Calls that wait inside of other calls: function invocation, functions that call a model, and clients that try again.</summary>
public sealed class DeferredFunctionTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Each_attempt_receives_the_answers_as_they_came_though_function_invocation_changes_them(bool isStreamed, bool isResumed)
    {
        await using DeferredWorld world = await WorldAsync();
        var batches = (MemoryBatches)world.Other!;
        world.Work = (prompt, context, stop) => AskAsync(prompt, context, isStreamed, n => $"r{n}", stop);
        RunResult result = isResumed ? await RunInTwoProcessesAsync(world) : await world.RunAsync(DeferredWorld.Plan(2), DeferredWorld.Within(24));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.All(result.Subtasks, subtask => Assert.Equal("done: r0 r1", subtask.Output));
        Assert.Equal([2, 2, 2], batches.Counts);
        Assert.Empty(world.Live.Asked);

        // Three answers for each, at half the price.
        Assert.All(result.Subtasks, subtask => Assert.Equal(new TaskUsage(30, 15, 30m), subtask.Usage with { Models = [] }));
    }

    [Fact]
    public async Task What_function_invocation_would_ask_when_a_function_waits_is_not_asked()
    {
        await using DeferredWorld world = await WorldAsync();
        world.Work = (prompt, context, stop) =>
            AskAsync(prompt, context, isStreamed: false, async n => (await context.Chat.GetResponseAsync($"inner {n}", cancellationToken: stop)).Text, stop);

        RunResult result = await world.RunAsync(DeferredWorld.Plan(1), DeferredWorld.Within(24));

        Assert.Equal("done: re: inner 0 re: inner 1", result.GetOutput<string>("s0"));
        Assert.Equal([1, 1, 1, 1, 1], ((MemoryBatches)world.Other!).Counts);
        Assert.Empty(world.Live.Asked);
    }

    [Fact]
    public async Task A_client_that_tries_again_whatever_happens_asks_once()
    {
        await using DeferredWorld world = await WorldAsync();
        world.Batched.Answer = static _ => null;
        world.Around = static builder => builder.Use(async (messages, options, next, stop) =>
        {
            for (int attempt = 1; attempt < 3; attempt++)
            {
                try
                {
                    await next(messages, options, stop);
                    return;
                }
                catch (Exception)
                {
                    // Once more.
                }
            }

            await next(messages, options, stop);
        });

        RunResult result = await world.RunAsync(DeferredWorld.Plan(1), DeferredWorld.Within(24));

        Assert.Equal("re: s0", result.GetOutput<string>("s0"));
        Assert.Equal([1], ((MemoryBatches)world.Other!).Counts);
    }

    private static async Task<DeferredWorld> WorldAsync()
    {
        DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Other = new MemoryBatches(world.Batched, world.Clock);
        world.Around = static builder => builder.UseFunctionInvocation();
        world.Batched.Answer = static messages => messages[0].Text.StartsWith("inner", StringComparison.Ordinal) ? null : NextOf([.. messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>()]);
        return world;
    }

    /// <summary>The function is called twice, in one round after another.</summary>
    private static ChatMessage NextOf(FunctionResultContent[] results) => results.Length < 2
        ? new ChatMessage(ChatRole.Assistant, [new FunctionCallContent($"c{results.Length}", "look", new Dictionary<string, object?> { ["n"] = results.Length })])
        : new ChatMessage(ChatRole.Assistant, $"done: {string.Join(' ', results.Select(result => result.Result))}");

    private static async ValueTask<string> AskAsync(string prompt, TaskContext context, bool isStreamed, Delegate look, CancellationToken stop)
    {
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create(look.Method, look.Target, "look")] };
        return isStreamed
            ? (await context.Chat.GetStreamingResponseAsync(prompt, options, stop).ToChatResponseAsync(stop)).Text
            : (await context.Chat.GetResponseAsync(prompt, options, stop)).Text;
    }

    private static ValueTask<string> AskAsync(string prompt, TaskContext context, bool isStreamed, Func<int, string> look, CancellationToken stop) =>
        AskAsync(prompt, context, isStreamed, (Delegate)look, stop);

    private static ValueTask<string> AskAsync(string prompt, TaskContext context, bool isStreamed, Func<int, Task<string>> look, CancellationToken stop) =>
        AskAsync(prompt, context, isStreamed, (Delegate)look, stop);

    private static async Task<RunResult> RunInTwoProcessesAsync(DeferredWorld world)
    {
        string id;
        await using (ServiceProvider process = world.NewProcess())
        {
            await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(2), DeferredWorld.Within(24), TestEnd);
            await DeferredWorld.DeferAllAsync(run);
            await world.AdvanceUntilAsync(SeeSecondAsync(run));
            id = run.RunId;
        }

        await using ServiceProvider other = world.NewProcess();
        await using OrchestrationRun resumed = await DeferredWorld.OrchestratorOf(other).ResumeAsync(id, TestEnd);
        return await world.AdvanceUntilAsync(resumed.EndAsync());
    }

    private static async Task SeeSecondAsync(OrchestrationRun run)
    {
        await foreach (RunEvent next in run.WatchAsync(TestEnd))
        {
            if (next is CallsSubmitted { Submission: 2 })
            {
                return;
            }
        }
    }
}
