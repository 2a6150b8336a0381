using System.Text.Json.Nodes;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Graph;

public sealed class ConcurrencyLimitTests
{
    [Fact]
    public async Task No_more_attempts_of_a_type_run_than_it_allows_over_all_runs()
    {
        int running = 0;
        int peak = 0;
        await using Engine engine = Engine.For(
            async (_, _) =>
            {
                Raise(ref peak, Interlocked.Increment(ref running));
                await Task.Yield();
                Interlocked.Decrement(ref running);
                return "output";
            },
            options => options.MaxConcurrency = 2,
            options => options.Runs.MaxParallelism = 8);

        RunResult[] results = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => engine.RunAsync(plan => Wide(plan, 40))));

        Assert.All(results, result => Assert.Equal(40, result.Succeeded.Count()));
        Assert.InRange(peak, 1, 2);
    }

    [Fact]
    public async Task Another_type_and_another_key_do_not_wait_and_the_same_key_does()
    {
        var first = new Checkpoint();
        await using Engine engine = new(builder => builder
            .AddTaskType(
                "call",
                "Calls.",
                async (Call call, TaskContext _, CancellationToken stop) =>
                {
                    if (call.Blocks)
                    {
                        await first.PassAsync(stop);
                    }

                    return call.Tenant;
                },
                options =>
                {
                    options.MaxConcurrency = 1;
                    options.ConcurrencyKey = subtask => subtask.Arguments!.Value.GetProperty("tenant").GetString()!;
                })
            .AddTaskType("other", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("other")));
        OrchestrationRun blocking = await engine.StartAsync(plan => plan.Add("a", "call", input: Input("a", blocks: true)));
        await using IAsyncDisposable blockingDisposal = blocking.Disposal();
        await first.Reached;
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("a", "call", input: Input("a", blocks: false));
            plan.Add("b", "call", input: Input("b", blocks: false));
            plan.Add("other", "other");
        });
        await using IAsyncDisposable runDisposal = run.Disposal();

        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "b");
        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "other");
        Assert.Equal((SubtaskState.Ready, 0), (run.GetSnapshot().Subtasks[0].State, run.GetSnapshot().Subtasks[0].Attempts));
        first.Open();

        Assert.Equal(3, (await run.EndAsync()).Succeeded.Count());
    }

    [Fact]
    public async Task No_more_attempts_run_in_the_process_than_allowed_and_a_free_place_wakes_other_runs()
    {
        var blocked = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                if (context.Subtask.Id.StartsWith('b'))
                {
                    await blocked.PassAsync(stop);
                }

                return context.Subtask.Id;
            },
            options: options => options.MaxParallelismTotal = 2);
        OrchestrationRun blocking = await engine.StartAsync(plan =>
        {
            plan.Add("b1", "work");
            plan.Add("b2", "work");
        });
        await using IAsyncDisposable blockingDisposal = blocking.Disposal();
        await Engine.SeeAsync<AttemptStarted>(blocking, next => next.SubtaskId == "b1");
        await Engine.SeeAsync<AttemptStarted>(blocking, next => next.SubtaskId == "b2");
        OrchestrationRun run = await engine.StartAsync(plan => Wide(plan, 5));
        await using IAsyncDisposable runDisposal = run.Disposal();

        Assert.DoesNotContain(run.GetSnapshot().Subtasks, subtask => subtask.Attempts > 0);
        blocked.Open();

        Assert.Equal(5, (await run.EndAsync()).Succeeded.Count());
    }

    [Fact]
    public async Task The_pause_of_a_retry_takes_no_place_of_the_type()
    {
        await using Engine engine = Engine.For(
            (context, _) => context is { Attempt: 1, Subtask.Id: "first" } ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult(context.Subtask.Id),
            options =>
            {
                options.MaxConcurrency = 1;
                options.Retry.MaxAttempts = 2;
            });
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("first", "work");
            plan.Add("second", "work");
        });
        await using IAsyncDisposable runDisposal = run.Disposal();

        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "second");
        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));

        Assert.Equal(2, result.Succeeded.Count());
    }

    private static JsonObject Input(string tenant, bool blocks) => new() { ["tenant"] = tenant, ["blocks"] = blocks };

    private static void Wide(TaskPlanBuilder plan, int count)
    {
        for (int i = 0; i < count; i++)
        {
            plan.Add($"t{i}", "work");
        }
    }

    private static void Raise(ref int peak, int value)
    {
        int seen = Volatile.Read(ref peak);
        while (value > seen)
        {
            int before = Interlocked.CompareExchange(ref peak, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    private sealed record Call(string Tenant, bool Blocks);
}
