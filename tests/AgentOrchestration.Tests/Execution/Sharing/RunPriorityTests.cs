using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Sharing;

/// <summary>Runs of different priority that wait for the same resources.</summary>
public sealed class RunPriorityTests
{
    private readonly ConcurrentQueue<string> _started = [];
    private readonly Checkpoint _held = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_of_higher_priority_is_served_first_though_it_comes_last()
    {
        await using Engine engine = Create();
        await using OrchestrationRun holder = await StartAsync(engine, "holder", subtasks: 1);
        await _held.Reached;
        await using OrchestrationRun low = await StartAsync(engine, "low", subtasks: 4, new RunOptions { Priority = -1 });
        await using OrchestrationRun normal = await StartAsync(engine, "normal", subtasks: 4);
        await using OrchestrationRun high = await StartAsync(engine, "high", subtasks: 4, new RunOptions { Priority = 1 });

        _held.Open();
        await Task.WhenAll(low.EndAsync(), normal.EndAsync(), high.EndAsync());

        Assert.Equal(
            [.. Enumerable.Repeat("high", 4), .. Enumerable.Repeat("normal", 4), .. Enumerable.Repeat("low", 4)],
            _started.Skip(1));
    }

    [Fact]
    public async Task A_run_of_lower_priority_is_passed_only_so_often()
    {
        await using Engine engine = Create();
        await using OrchestrationRun holder = await StartAsync(engine, "holder", subtasks: 1);
        await _held.Reached;
        await using OrchestrationRun low = await StartAsync(engine, "low", subtasks: 1, new RunOptions { Priority = -1_000, MaxBypasses = 3 });
        await using OrchestrationRun high = await StartAsync(engine, "high", subtasks: 20, new RunOptions { Priority = 1_000 });

        _held.Open();
        await Task.WhenAll(low.EndAsync(), high.EndAsync());

        // The holder, three that pass it, and one that was served before it counted.
        Assert.InRange(_started.ToList().IndexOf("low"), 4, 5);
    }

    [Fact]
    public async Task A_run_that_the_holder_of_a_resource_waits_for_goes_before_one_of_higher_priority_that_waits_for_that_resource()
    {
        var queued = new Checkpoint();
        await using Engine engine = new(builder => builder
            .AddResource("licence", 2)
            .AddTaskType("outer", "Holds a licence and waits for a run.", async (None _, TaskContext context, CancellationToken stop) =>
            {
                await queued.PassAsync(stop);
                await using OrchestrationRun inner = await context.Services.GetRequiredService<ITaskOrchestrator>()
                    .StartAsync(TaskPlan.Create(plan => plan.Add("inner", "work", options: new() { Resources = ResourceRequirements.Of("licence", 1) })), new RunOptions { Priority = -5 }, stop);
                await inner.WaitAsync(stop);
                return "done";
            })
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done")));
        await using OrchestrationRun low = await engine.StartAsync(plan => plan.Add("outer", "outer", options: new() { Resources = ResourceRequirements.Of("licence", 1) }));
        await queued.Reached;

        // It needs both licences, so it waits for the one that the outer code holds.
        await using OrchestrationRun high = await engine.Orchestrator.StartAsync(
            TaskPlan.Create(plan => plan.Add("both", "work", options: new() { Resources = ResourceRequirements.Of("licence", 2) })), new RunOptions { Priority = 10 }, TestEnd);
        queued.Open();

        Assert.Equal(RunOutcome.Succeeded, (await low.EndAsync()).Outcome);
        Assert.Equal(RunOutcome.Succeeded, (await high.EndAsync()).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Priority_orders_runs_that_wait_for_a_place_or_for_the_limit_of_their_task_type_too(bool isOfType)
    {
        await using Engine engine = new(
            builder => builder.AddTaskType(
                "work",
                "Works.",
                async (None _, TaskContext context, CancellationToken stop) =>
                {
                    _started.Enqueue(context.Subtask.Id);
                    await (context.Subtask.Id == "low-0" ? _held.PassAsync(stop) : Task.CompletedTask);
                    return "done";
                },
                options => options.MaxConcurrency = isOfType ? 1 : null),
            options => options.MaxParallelismTotal = isOfType ? null : 1);

        // One after another: each of them becomes ready while nothing else of its run is.
        await using OrchestrationRun low = await engine.Orchestrator.StartAsync(Chain("low"), new RunOptions { Priority = -1 }, TestEnd);
        await _held.Reached;
        await using OrchestrationRun high = await engine.Orchestrator.StartAsync(Chain("high"), new RunOptions { Priority = 1 }, TestEnd);

        _held.Open();
        await Task.WhenAll(low.EndAsync(), high.EndAsync());

        Assert.Equal("low-0", _started.First());
        Assert.Equal("high-0", _started.ElementAt(1));
        Assert.Equal(8, _started.Count);

        static TaskPlan Chain(string name) => TaskPlan.Create(plan =>
        {
            SubtaskRef[] before = [];
            for (int i = 0; i < 4; i++)
            {
                before = [plan.Add($"{name}-{i}", "work", after: before)];
            }
        });
    }

    private static async Task<OrchestrationRun> StartAsync(Engine engine, string name, int subtasks, RunOptions? options = null) => await engine.Orchestrator.StartAsync(
        TaskPlan.Create(plan => Array.ForEach([.. Enumerable.Range(0, subtasks)], i => plan.Add($"{name}-{i}", "work"))), options, TestEnd);

    private Engine Create() => new(builder => builder
        .AddResource("licence", 1)
        .AddTaskType(
            "work",
            "Works.",
            async (None _, TaskContext context, CancellationToken stop) =>
            {
                string run = context.Subtask.Id.Split('-')[0];
                _started.Enqueue(run);
                if (run == "holder")
                {
                    await _held.PassAsync(stop);
                }

                return "done";
            },
            options => options.Resources = ResourceRequirements.Of("licence", 1)));
}
