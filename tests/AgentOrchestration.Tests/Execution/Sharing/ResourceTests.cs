using System.Collections.Concurrent;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Sharing;

public sealed class ResourceTests
{
    [Fact]
    public async Task A_pool_that_grows_lets_start_what_waits()
    {
        var running = new Checkpoint();
        await using Engine engine = Blocking(running, builder => builder.AddResource("gpu", 1));
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("holder", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1) });
            plan.Add("waiter", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1) });
        });
        await using IAsyncDisposable runDisposal = run.Disposal();
        await running.Reached;
        Assert.Equal(0, run.GetSnapshot().Subtasks[1].Attempts);

        engine.Services.GetRequiredService<IAdjustableResources>().SetCapacity("gpu", 2);

        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "waiter");
        running.Open();
        Assert.Equal(2, (await run.EndAsync()).Succeeded.Count());
    }

    [Fact]
    public async Task A_subtask_that_waits_for_more_than_a_pool_that_shrank_can_have_fails_by_name_and_what_runs_goes_on()
    {
        var running = new Checkpoint();
        await using Engine engine = Blocking(running, builder => builder.AddResource("gpu", 3));
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("holder", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1) });
            plan.Add("big", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 3) });
            plan.Add("big2", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 3) });
        });
        await using IAsyncDisposable runDisposal = run.Disposal();
        await running.Reached;

        engine.Services.GetRequiredService<IAdjustableResources>().SetCapacity("gpu", 2);

        SubtaskFailed failed = await Engine.SeeAsync<SubtaskFailed>(run, next => next.SubtaskId == "big2");
        Assert.Equal("ResourceUnavailable", failed.Error.Kind);
        Assert.StartsWith("It needs 3 of 'gpu', but there can be no more than 2", failed.Error.Message, StringComparison.Ordinal);
        running.Open();
        RunResult result = await run.EndAsync();
        Assert.Equal(["holder"], result.Succeeded.Select(subtask => subtask.Subtask.Id));
    }

    [Fact]
    public async Task A_replenishing_pool_spreads_attempts_over_time()
    {
        var starts = new ConcurrentQueue<TimeSpan>();
        Engine? clock = null;
        await using Engine engine = new(builder => builder
            .AddResource("tokens", 60, replenishEvery: TimeSpan.FromMinutes(1))
            .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken _) =>
            {
                // Not when the run decided, but when the code began: the clock goes on while a decision is made.
                starts.Enqueue(clock!.Clock.GetUtcNow() - clock.Clock.Start);
                return ValueTask.FromResult(context.Subtask.Id);
            }));
        clock = engine;
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            for (int i = 0; i < 4; i++)
            {
                plan.Add($"t{i}", "work", options: new() { Resources = ResourceRequirements.Of("tokens", 30) });
            }
        });
        await using IAsyncDisposable runDisposal = run.Disposal();

        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "t0");
        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "t1");
        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));

        Assert.Equal(4, result.Succeeded.Count());
        TimeSpan[] began = [.. starts.Order()];
        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero], began[..2]);
        Assert.True(began[2] >= TimeSpan.FromSeconds(30) && began[3] >= TimeSpan.FromSeconds(60), string.Join(' ', began));
    }

    [Fact]
    public async Task A_consumable_pool_is_for_all_runs_and_what_it_cannot_serve_any_more_fails_by_name()
    {
        await using Engine engine = Of(builder => builder.AddConsumableResource("calls", 3));
        Assert.Single((await engine.RunAsync(plan => plan.Add("first", "work", options: new() { Resources = ResourceRequirements.Of("calls", 1) }))).Succeeded);

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("two", "work", options: new() { Resources = ResourceRequirements.Of("calls", 2) });
            plan.Add("one", "work", options: new() { Resources = ResourceRequirements.Of("calls", 1) });
        });

        Assert.Equal(["two"], result.Succeeded.Select(subtask => subtask.Subtask.Id));
        Assert.Equal("ResourceUnavailable", result.Subtasks[1].Error!.Kind);
        Assert.Contains("'calls'", result.Subtasks[1].Error!.Message, StringComparison.Ordinal);
    }

    private static Engine Of(Action<IAgentOrchestrationBuilder> configure) => new(builder =>
    {
        configure(builder);
        builder.AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken _) => ValueTask.FromResult(context.Subtask.Id));
    });

    private static Engine Blocking(Checkpoint running, Action<IAgentOrchestrationBuilder> configure) => new(builder =>
    {
        configure(builder);
        builder.AddTaskType("work", "Works.", async (None _, TaskContext context, CancellationToken stop) =>
        {
            if (context.Subtask.Id == "holder")
            {
                await running.PassAsync(stop);
            }

            return context.Subtask.Id;
        });
    });
}
