using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Sharing;

public sealed class ParallelismTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task No_more_than_MaxParallelism_run_at_a_time_and_that_many_do(int parallelism)
    {
        int running = 0;
        int peak = 0;
        await using Engine engine = Engine.For(
            async (_, _) =>
            {
                int now = Interlocked.Increment(ref running);
                InterlockedMax(ref peak, now);
                await Task.Yield();
                Interlocked.Decrement(ref running);
                return now;
            },
            options: options => options.Runs.MaxParallelism = parallelism);

        RunResult result = await engine.RunAsync(plan => Wide(plan, 200));

        Assert.Equal(200, result.Succeeded.Count());
        Assert.InRange(peak, 1, parallelism);
        Assert.InRange(result.Timing.PeakParallelism, 1, parallelism);
    }

    [Fact]
    public async Task A_subtask_starts_when_its_own_dependencies_are_done_not_when_a_level_is()
    {
        var slow = new TaskCompletionSource();
        await using Engine engine = Engine.For(async (context, _) =>
        {
            if (context.Subtask.Id == "slow")
            {
                await slow.Task;
            }

            return context.Subtask.Id;
        });
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("slow", "work");
            SubtaskRef fast = plan.Add("fast", "work");
            plan.Add("after-fast", "work", after: [fast]);
        });

        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "after-fast");
        Assert.Equal(SubtaskState.Running, run.GetSnapshot().Subtasks[0].State);
        slow.SetResult();

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task Runs_that_share_a_pool_wake_each_other_and_none_waits_for_ever()
    {
        int holding = 0;
        await using Engine engine = new(builder => builder
            .AddResource("licence", 2)
            .AddTaskType(
                "work",
                "Works.",
                async (None _, TaskContext _, CancellationToken _) =>
                {
                    Assert.InRange(Interlocked.Increment(ref holding), 1, 2);
                    await Task.Yield();
                    Interlocked.Decrement(ref holding);
                    return "output";
                },
                options => options.Resources = ResourceRequirements.Of("licence", 1)));

        RunResult[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => engine.RunAsync(plan => Wide(plan, 50)))));

        Assert.All(results, result => Assert.Equal(50, result.Succeeded.Count()));
        Assert.Equal(0, engine.Services.GetRequiredService<IResourceManager>().Snapshot().Single(pool => pool.Name == "licence").InUse);
    }

    [Fact]
    public async Task A_chain_of_100_000_synchronous_subtasks_does_not_grow_the_stack()
    {
        await using Engine engine = Engine.For((context, _) => ValueTask.FromResult(context.Attempt));

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef[] previous = [];
            for (int i = 0; i < 100_000; i++)
            {
                previous = [plan.Add($"t{i}", "work", after: previous)];
            }
        });

        Assert.Equal(100_000, result.Succeeded.Count());
    }

    [Fact]
    public async Task Readers_at_any_time_see_all_events_from_the_first_to_the_terminal_one()
    {
        await using Engine engine = Engine.For(async (context, _) =>
        {
            await Task.Yield();
            return context.Attempt;
        });
        await using OrchestrationRun run = await engine.StartAsync(plan => Wide(plan, 100));

        long[][] during = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(ReadAsync)));
        long[] after = await ReadAsync();

        Assert.All(during.Append(after), sequence => Assert.Equal(Enumerable.Range(0, 202).Select(i => (long)i), sequence));

        async Task<long[]> ReadAsync()
        {
            List<long> sequence = [];
            await foreach (RunEvent next in run.WatchAsync(TestEnd))
            {
                sequence.Add(next.Sequence);
            }

            return [.. sequence];
        }
    }

    private static void Wide(TaskPlanBuilder plan, int count)
    {
        for (int i = 0; i < count; i++)
        {
            plan.Add($"t{i}", "work");
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (value > seen && Interlocked.CompareExchange(ref target, value, seen) is var found && found != seen)
        {
            seen = found;
        }
    }
}
