using System.Collections.Concurrent;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Scheduling.Sharing;

/// <summary>Several runs need the same.</summary>
public sealed class RunResourcesTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wide_run_gives_way_to_one_that_holds_less_until_both_hold_the_same()
    {
        ConcurrentDictionary<string, TaskCompletionSource> work = new();
        await using Engine engine = Licences(4, context => work.GetOrAdd(context.Subtask.Id, _ => new TaskCompletionSource()).Task);
        OrchestrationRun wide = await engine.StartAsync(plan => Add(plan, "a", 30));
        await using IAsyncDisposable wideDisposal = wide.Disposal();
        await SeeStartsAsync(wide, 4);
        OrchestrationRun narrow = await engine.StartAsync(plan => Add(plan, "b", 30));
        await using IAsyncDisposable narrowDisposal = narrow.Disposal();

        Finish("a0");
        await SeeStartsAsync(narrow, 1);
        Finish("a1");
        await SeeStartsAsync(narrow, 2);
        Assert.Equal(4, Starts(wide));
        Finish("a2");
        await SeeStartsAsync(wide, 5);
        Finish("b0");
        await SeeStartsAsync(narrow, 3);
        Assert.Equal(5, Starts(wide));

        await narrow.CancelAsync(TestEnd);
        await SeeStartsAsync(wide, 5);
        foreach (string id in Enumerable.Range(0, 30).SelectMany(i => new[] { $"a{i}", $"b{i}" }))
        {
            Finish(id);
        }

        RunResult result = await wide.EndAsync();
        Assert.Equal((RunOutcome.Succeeded, 30), (result.Outcome, result.Succeeded.Count()));
        await narrow.EndAsync();

        void Finish(string id) => work.GetOrAdd(id, _ => new TaskCompletionSource()).TrySetResult();
    }

    [Fact]
    public async Task A_run_whose_only_waiting_subtask_is_cancelled_holds_no_other_up()
    {
        ConcurrentDictionary<string, TaskCompletionSource> work = new();
        await using Engine engine = Licences(2, context => work.GetOrAdd(context.Subtask.Id, _ => new TaskCompletionSource()).Task);
        OrchestrationRun other = await engine.StartAsync(plan => Add(plan, "b", 3));
        await using IAsyncDisposable otherDisposal = other.Disposal();
        await SeeStartsAsync(other, 2);
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            Add(plan, "a", 1);
            plan.Add("goes_on", "work");
        });
        await using IAsyncDisposable runDisposal = run.Disposal();
        await Engine.SeeAsync<AttemptStarted>(run);
        await run.CancelAsync("a0", TestEnd);

        // It waits for nothing any longer, so one that comes back is not kept for it.
        Finish("b0");
        await SeeStartsAsync(other, 3);

        Finish("b1");
        Finish("b2");
        Assert.Equal(RunOutcome.Succeeded, (await other.EndAsync()).Outcome);
        Finish("goes_on");

        void Finish(string id) => work.GetOrAdd(id, _ => new TaskCompletionSource()).TrySetResult();
    }

    [Fact]
    public async Task A_run_knows_how_long_it_waited_for_what_there_was_too_little_of()
    {
        var first = new TaskCompletionSource();
        await using Engine engine = Licences(1, context => context.Subtask.Id == "a0" ? first.Task : Task.CompletedTask);
        OrchestrationRun holder = await engine.StartAsync(plan => Add(plan, "a", 1));
        await using IAsyncDisposable holderDisposal = holder.Disposal();
        await SeeStartsAsync(holder, 1);
        OrchestrationRun waiter = await engine.StartAsync(plan => Add(plan, "b", 2));
        await using IAsyncDisposable waiterDisposal = waiter.Disposal();

        engine.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), waiter.GetSnapshot().ResourceWaits["licence"]);
        Assert.Equal(new ResourceWait(1, TimeSpan.FromSeconds(3)), engine.Services.GetRequiredService<SystemMonitor>().Latest!.ResourceWaits["licence"]);
        first.SetResult();
        await waiter.EndAsync();
        engine.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(TimeSpan.FromSeconds(3), waiter.GetSnapshot().ResourceWaits["licence"]);
        Assert.Empty(holder.GetSnapshot().ResourceWaits);
        Assert.Equal(new ResourceWait(0, TimeSpan.FromSeconds(3)), engine.Services.GetRequiredService<WaitingRoom>().Waits()["licence"]);
    }

    [Fact]
    public async Task Many_runs_of_all_widths_that_share_pools_and_limits_all_end()
    {
        await using Engine engine = Licences(
            3,
            async context =>
            {
                if (context.Subtask.Id[^1] % 2 == 0)
                {
                    await Task.Yield();
                }
            },
            maxParallelismTotal: 5);

        await Parallel.ForEachAsync(Enumerable.Range(0, 300), TestEnd, async (number, _) =>
        {
            OrchestrationRun run = await engine.StartAsync(plan =>
            {
                Add(plan, "l", 1 + (number % 13), 1 + (number % 3));
                Add(plan, "n", number % 5, licences: 0);
            });
            await using IAsyncDisposable runDisposal = run.Disposal();
            if (number % 10 == 0)
            {
                await run.CancelAsync(TestEnd);
            }

            RunResult result = await run.EndAsync();
            Assert.True(result.Outcome == RunOutcome.Succeeded || number % 10 == 0);
        });
        Assert.All(engine.Services.GetRequiredService<IResourceManager>().Snapshot(), pool => Assert.Equal(0, pool.InUse));
    }

    private static Engine Licences(int capacity, Func<TaskContext, Task> work, int? maxParallelismTotal = null) => new(
        builder => builder
            .AddResource("licence", capacity)
            .AddTaskType("work", "Works.", async (None _, TaskContext context, CancellationToken _) =>
            {
                await work(context);
                return None.Value;
            }),
        options =>
        {
            options.Runs.MaxParallelism = 100;
            options.MaxParallelismTotal = maxParallelismTotal;
        });

    private static void Add(TaskPlanBuilder plan, string prefix, int count, int licences = 1)
    {
        for (int i = 0; i < count; i++)
        {
            plan.Add($"{prefix}{i}", "work", options: new() { Resources = licences == 0 ? ResourceRequirements.None : ResourceRequirements.Of("licence", licences) });
        }
    }

    private static async Task SeeStartsAsync(OrchestrationRun run, int count)
    {
        int seen = 0;
        await Engine.SeeAsync<AttemptStarted>(run, _ => ++seen == count);
    }

    private static int Starts(OrchestrationRun run) => run.GetSnapshot().Subtasks.Count(subtask => subtask.Attempts > 0);
}
