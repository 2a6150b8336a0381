using System.Collections.Concurrent;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;
using static AgentOrchestration.Tests.Execution.Sharing.NestedRuns;

namespace AgentOrchestration.Tests.Execution.Sharing;

/// <summary>Nested runs that need what the code that waits for them holds, or what others hold.</summary>
public sealed class NestedRunResourceTests
{
    private const string HeldByCaller = "ResourcesHeldByCaller";

    [Theory]
    [InlineData("pool")]
    [InlineData("two pools")]
    [InlineData("type")]
    [InlineData("key")]
    [InlineData("total")]
    public async Task A_nested_run_that_needs_what_its_caller_holds_fails_by_name_instead_of_waiting(string what)
    {
        RunResult? nested = null;
        await using Engine engine = Nesting(
            async (context, start) =>
            {
                if (context.Subtask.Id == "outer")
                {
                    await using OrchestrationRun run = await start("inner");
                    nested = await run.WaitAsync(CancellationToken.None);
                }

                return "output";
            },
            options => _ = what switch
            {
                "pool" => options.Resources = ResourceRequirements.Of("gpu", 1),
                "two pools" => options.Resources = ResourceRequirements.Of(new ResourceAmount("gpu", 1), new ResourceAmount("licence", 1)),
                _ => null,
            },
            what,
            options => options.MaxParallelismTotal = what == "total" ? 1 : null);

        OrchestrationRun outer = await engine.StartAsync(plan => plan.Add("outer", "work"));
        await using IAsyncDisposable disposal = outer.Disposal();
        RunResult result = await outer.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, RunOutcome.Failed), (result.Outcome, nested!.Outcome));
        SubtaskError error = nested["inner"].Error!;
        Assert.Equal(HeldByCaller, error.Kind);
        Assert.Contains($"held by the subtask 'outer' of the run {outer.RunId}", error.Message, StringComparison.Ordinal);
        Assert.Contains(what switch { "pool" or "two pools" => "'gpu'", "total" => "MaxParallelismTotal", "key" => "the task type 'work' of the key 'k'", _ => "the task type 'work' may have" }, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_nested_run_that_its_caller_watches_to_the_end_fails_by_name_too()
    {
        SubtaskFailed? failure = null;
        await using Engine engine = OneGpu(async (context, start) =>
        {
            if (context.Subtask.Id == "outer")
            {
                await using OrchestrationRun run = await start("inner");
                await foreach (RunEvent next in run.WatchAsync(CancellationToken.None))
                {
                    failure = next as SubtaskFailed ?? failure;
                }
            }

            return "output";
        });

        Assert.Equal(RunOutcome.Succeeded, (await engine.RunAsync(plan => plan.Add("outer", "work"))).Outcome);

        Assert.Equal(HeldByCaller, failure!.Error.Kind);
    }

    [Fact]
    public async Task A_run_nested_in_one_that_holds_nothing_itself_fails_by_name_too()
    {
        var outcomes = new ConcurrentDictionary<string, RunOutcome>();
        await using Engine engine = new(builder => builder
            .AddResource("gpu", 1)
            .AddTaskType("free", "Holds nothing.", (None _, TaskContext context, CancellationToken _) => NestAsync(context, "work", "innermost"))
            .AddTaskType("work", "Holds the resource.", (None _, TaskContext context, CancellationToken _) => NestAsync(context, "free", "middle"), NeedsGpu));

        RunResult result = await engine.RunAsync(plan => plan.Add("outer", "work"));

        Assert.Equal((RunOutcome.Succeeded, RunOutcome.Succeeded, RunOutcome.Failed), (result.Outcome, outcomes["middle"], outcomes["innermost"]));

        async ValueTask<string> NestAsync(TaskContext context, string taskType, string id)
        {
            await using OrchestrationRun run = await context.Services.GetRequiredService<ITaskOrchestrator>().StartAsync(TaskPlan.Create(plan => plan.Add(id, taskType)), CancellationToken.None);
            outcomes[id] = (await run.WaitAsync(CancellationToken.None)).Outcome;
            return "output";
        }
    }

    [Fact]
    public async Task Of_callers_that_hold_all_there_is_one_fails_and_the_others_continue()
    {
        const int Callers = 5;
        using var all = new SemaphoreSlim(0);
        int entered = 0;
        ConcurrentBag<RunResult> nested = [];
        await using Engine engine = new(builder => builder
            .AddResource("gpu", Callers)
            .AddTaskType(
                "work",
                "Nests.",
                async (None _, TaskContext context, CancellationToken _) =>
                {
                    if (context.Subtask.Id.StartsWith("outer", StringComparison.Ordinal))
                    {
                        if (Interlocked.Increment(ref entered) == Callers)
                        {
                            all.Release(Callers);
                        }

                        await all.WaitAsync(CancellationToken.None);
                        await using OrchestrationRun run = await context.Services.GetRequiredService<ITaskOrchestrator>().StartAsync(TaskPlan.Create(plan => plan.Add("inner", "work")), CancellationToken.None);
                        nested.Add(await run.WaitAsync(CancellationToken.None));
                    }

                    return "output";
                },
                NeedsGpu));

        RunResult result = await engine.RunAsync(plan =>
        {
            for (int i = 0; i < Callers; i++)
            {
                plan.Add($"outer{i}", "work");
            }
        });

        Assert.Equal(Callers, result.Succeeded.Count());
        Assert.Equal(HeldByCaller, Assert.Single(nested, run => run.Outcome == RunOutcome.Failed)["inner"].Error!.Kind);
    }

    [Fact]
    public async Task A_nested_run_waits_for_what_others_hold_and_continues()
    {
        var foreignEnd = new TaskCompletionSource();
        var firstEnd = new TaskCompletionSource();
        var waiting = new TaskCompletionSource<OrchestrationRun>(TaskCreationOptions.RunContinuationsAsynchronously);
        RunResult? nested = null;
        await using Engine engine = new(builder => builder
            .AddResource("gpu", 2)
            .AddTaskType("free", "Holds nothing.", async (None _, TaskContext _, CancellationToken _) =>
            {
                await firstEnd.Task;
                return "output";
            })
            .AddTaskType(
                "work",
                "Holds one of two.",
                async (None _, TaskContext context, CancellationToken _) =>
                {
                    if (context.Subtask.Id == "foreign")
                    {
                        await foreignEnd.Task;
                    }
                    else if (context.Subtask.Id == "outer")
                    {
                        await using OrchestrationRun run = await context.Services.GetRequiredService<ITaskOrchestrator>().StartAsync(
                            TaskPlan.Create(plan => plan.Add("inner", "work", after: [plan.Add("first", "free")])), CancellationToken.None);
                        Task<RunResult> end = run.WaitAsync(CancellationToken.None);
                        waiting.SetResult(run);
                        nested = await end;
                    }

                    return "output";
                },
                NeedsGpu));
        OrchestrationRun foreign = await engine.StartAsync(plan => plan.Add("foreign", "work"));
        await using IAsyncDisposable foreignDisposal = foreign.Disposal();
        OrchestrationRun outer = await engine.StartAsync(plan => plan.Add("outer", "work"));
        await using IAsyncDisposable outerDisposal = outer.Disposal();
        OrchestrationRun inner = await waiting.Task.InTimeAsync();

        // Its caller waits already when it asks for what others hold.
        firstEnd.SetResult();
        await Engine.SeeAsync<SubtaskSucceeded>(inner);
        await inner.CancelAsync("first", CancellationToken.None);
        Assert.Null(Assert.Single(inner.GetSnapshot().Subtasks, subtask => subtask.Subtask.Id == "inner").EndedAt);
        foreignEnd.SetResult();
        await outer.EndAsync();

        Assert.Equal(RunOutcome.Succeeded, nested!.Outcome);
    }

    [Fact]
    public async Task A_nested_run_for_which_its_caller_does_not_wait_is_reported_and_starts_when_the_caller_returns()
    {
        using var log = new LogOfWarnings();
        var nested = new TaskCompletionSource<OrchestrationRun>();
        var seen = new TaskCompletionSource();
        await using Engine engine = OneGpu(
            async (context, start) =>
            {
                if (context.Subtask.Id == "outer")
                {
                    nested.SetResult(await start("inner"));
                    await seen.Task;
                }

                return "output";
            },
            log: log);
        OrchestrationRun outer = await engine.StartAsync(plan => plan.Add("outer", "work"));
        await using IAsyncDisposable outerDisposal = outer.Disposal();
        OrchestrationRun inner = await nested.Task.InTimeAsync();
        await using IAsyncDisposable innerDisposal = inner.Disposal();

        string line = await log.SeeAsync($"Run {inner.RunId} waits for resources").InTimeAsync();
        seen.SetResult();

        Assert.Contains($"1 is held by the subtask 'outer' of the run {outer.RunId}", line, StringComparison.Ordinal);
        Assert.Equal(RunOutcome.Succeeded, (await inner.EndAsync()).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_nested_run_goes_before_a_run_that_waits_for_what_its_caller_holds(bool isReservedFirst)
    {
        var begun = new TaskCompletionSource();
        var mayNest = new TaskCompletionSource();
        var nestedBegun = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        RunResult? nested = null;
        await using Engine engine = new(
            builder => builder
                .AddResource("gpu", 2)
                .AddTaskType("wide", "Needs all.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("output"), options => options.Resources = ResourceRequirements.Of("gpu", 2))
                .AddTaskType(
                    "work",
                    "Nests.",
                    async (None _, TaskContext context, CancellationToken _) =>
                    {
                        switch (context.Subtask.Id)
                        {
                            case "outer":
                                begun.SetResult();
                                await mayNest.Task;
                                await using (OrchestrationRun run = await context.Services.GetRequiredService<ITaskOrchestrator>().StartAsync(
                                    TaskPlan.Create(plan => plan.Add("second", "work", after: [plan.Add("first", "work")])), CancellationToken.None))
                                {
                                    nested = await run.WaitAsync(CancellationToken.None);
                                }

                                break;
                            case "first":
                                nestedBegun.SetResult();
                                await mayEnd.Task;
                                break;
                        }

                        return "output";
                    },
                    NeedsGpu),
            options => options.Runs.MaxBypasses = 0);
        OrchestrationRun outer = await engine.StartAsync(plan => plan.Add("outer", "work"));
        await using IAsyncDisposable outerDisposal = outer.Disposal();
        await begun.Task.InTimeAsync();
        if (!isReservedFirst)
        {
            mayNest.SetResult();
            await nestedBegun.Task.InTimeAsync();
        }

        OrchestrationRun wide = await engine.StartAsync(plan => plan.Add("wide", "wide"));
        await using IAsyncDisposable wideDisposal = wide.Disposal();
        mayNest.TrySetResult();
        mayEnd.SetResult();

        Assert.Equal(RunOutcome.Succeeded, (await outer.EndAsync()).Outcome);
        Assert.Equal(RunOutcome.Succeeded, nested!.Outcome);
        Assert.Equal(RunOutcome.Succeeded, (await wide.EndAsync()).Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_subtask_that_needs_what_code_holds_that_waits_for_an_event_of_its_run_is_reported(bool isNested)
    {
        using var log = new LogOfWarnings();
        using var observing = new CancellationTokenSource();
        var own = new TaskCompletionSource<OrchestrationRun>();
        await using Engine engine = new(
            builder => builder
                .AddResource("gpu", 1)
                .AddTaskType("free", "Observes.", async (None _, TaskContext _, CancellationToken _) => await ObserveAsync())
                .AddTaskType(
                    "work",
                    "Nests, or observes.",
                    async (None _, TaskContext context, CancellationToken _) =>
                    {
                        if (context.Subtask.Id == "next")
                        {
                            return "output";
                        }

                        if (!isNested)
                        {
                            return await ObserveAsync();
                        }

                        await using OrchestrationRun run = await context.Services.GetRequiredService<ITaskOrchestrator>().StartAsync(TaskPlan.Create(plan => plan.Add("inner", "free")), CancellationToken.None);
                        await run.WaitAsync(CancellationToken.None);
                        return "output";
                    },
                    NeedsGpu),
            services: log.AddTo);
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("outer", "work", options: new() { EstimatedDuration = TimeSpan.FromHours(1) });
            plan.Add("next", "work");
        });
        await using IAsyncDisposable disposal = run.Disposal();
        own.SetResult(run);

        string line = await log.SeeAsync($"Run {run.RunId} waits for resources").InTimeAsync();
        await observing.CancelAsync();

        Assert.Contains($"1 is held by the subtask 'outer' of the run {run.RunId}, whose code waits, directly or through other runs, for an event of this run", line, StringComparison.Ordinal);
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);

        async Task<string> ObserveAsync()
        {
            try
            {
                await foreach (RunEvent next in (await own.Task).WatchAsync(observing.Token))
                {
                    if (next is SubtaskSucceeded { SubtaskId: "next" })
                    {
                        break;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // The test has seen what it waits for.
            }

            return "output";
        }
    }

    private static void NeedsGpu(TaskTypeOptions options) => options.Resources = ResourceRequirements.Of("gpu", 1);

    private static Engine OneGpu(Func<TaskContext, Func<string, Task<OrchestrationRun>>, Task<string>> work, long capacity = 1, LogOfWarnings? log = null) =>
        Nesting(work, NeedsGpu, "pool", capacity: capacity, log: log);
}
