using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Batching;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Batching;

/// <summary>Subtasks that share one call of their code.</summary>
public sealed class BatchTests
{
    private readonly Pages _pages = new();

    [Fact]
    public async Task Subtasks_that_are_ready_together_share_one_call_and_each_gets_its_own_answer()
    {
        await using Engine engine = _pages.NewEngine();
        await using OrchestrationRun run = await engine.StartAsync(plan => Pages.Add(plan, 12));

        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.All(Enumerable.Range(0, 12), i => Assert.Equal($"facts of page {i}", result.GetOutput<string>($"p{i}")));
        Assert.Equal(12, _pages.Sizes.Sum());
        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);
        Assert.Equal(12, events.OfType<AttemptStarted>().Count());
        Assert.Equal(12, events.OfType<SubtaskSucceeded>().Count());
        Assert.Equal([12], _pages.Sizes);
        Assert.All(events.OfType<AttemptStarted>(), started => Assert.Equal(1, started.Batch));
    }

    [Fact]
    public async Task A_batch_takes_one_worker_and_one_lease()
    {
        List<long> used = [];
        _pages.Code = (items, context, _) =>
        {
            used.Add(context.Services.GetRequiredService<IResourceManager>().Snapshot().Single(pool => pool.Name == "gpu").Free);
            Pages.AnswerAll(items);
            return default;
        };
        await using Engine engine = _pages.NewEngine(type => type.Resources = ResourceRequirements.Of("gpu", 1), options => options.Runs.MaxParallelism = 1, builder => builder.AddResource("gpu", 1));

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 40));

        Assert.Equal((RunOutcome.Succeeded, 3), (result.Outcome, _pages.Calls.Count));
        Assert.Equal([16, 16, 8], _pages.Sizes);
        Assert.Equal([0, 0, 0], used);
        Assert.Equal(1, engine.Services.GetRequiredService<IResourceManager>().Snapshot().Single(pool => pool.Name == "gpu").Free);
    }

    [Fact]
    public async Task What_depends_on_an_answer_starts_while_the_others_are_still_worked_on()
    {
        var others = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pages.Code = async (items, _, _) =>
        {
            items.ById("p1").Succeed("early");
            await others.Task;
            Pages.AnswerAll(items.Where(item => !item.IsAnswered));
        };
        await using Engine engine = _pages.NewEngine(more: builder => builder.AddTaskType("after", "Takes facts.", (string facts) =>
        {
            others.TrySetResult();
            return facts;
        }));

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef[] pages = Pages.Add(plan, 3);
            plan.Add("after", "after", pages[1].Output());
        });

        Assert.Equal((RunOutcome.Succeeded, "early"), (result.Outcome, result.GetOutput<string>("after")));
    }

    [Fact]
    public async Task Subtasks_of_different_keys_or_needs_are_never_in_one_batch()
    {
        await using Engine engine = _pages.NewEngine(type => type.Batch.Key = subtask => subtask.Id[..1], more: builder => builder.AddResource("gpu", 4));

        RunResult result = await engine.RunAsync(plan =>
        {
            for (int i = 0; i < 3; i++)
            {
                plan.Add($"a{i}", "extract", $"a {i}");
                plan.Add($"b{i}", "extract", $"b {i}");
            }

            plan.Add("b-gpu", "extract", "page 9", options: new() { Resources = ResourceRequirements.Of("gpu", 1) });
        });

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.All(_pages.Calls, call => Assert.Single(call.Select(id => (id[0], id == "b-gpu")).Distinct()));
        Assert.Equal([1, 3, 3], _pages.Sizes.Order());
    }

    [Fact]
    public async Task An_item_that_is_cancelled_ends_at_once_and_the_others_go_on()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isStopped = false;
        _pages.Code = async (items, _, stop) =>
        {
            await cancelled.Task;
            isStopped = stop.IsCancellationRequested;
            items.ById("p1").Succeed("too late");
            Pages.AnswerAll(items.Where(item => !item.IsAnswered));
        };
        await using Engine engine = _pages.NewEngine();
        await using OrchestrationRun run = await engine.StartAsync(plan => Pages.Add(plan, 3));
        await Engine.SeeAsync<AttemptStarted>(run, started => started.SubtaskId == "p2");

        await run.CancelAsync("p1", TestContext.Current.CancellationToken);
        await Engine.SeeAsync<SubtaskCancelled>(run, next => next.SubtaskId == "p1");
        cancelled.SetResult();
        RunResult result = await run.EndAsync();

        Assert.Equal([SubtaskState.Succeeded, SubtaskState.Cancelled, SubtaskState.Succeeded], result.Subtasks.Select(subtask => subtask.State));
        Assert.False(isStopped);
    }

    [Fact]
    public async Task The_code_is_told_to_stop_when_no_item_is_left_and_its_lease_stays_until_it_returns()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var returns = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pages.Code = async (_, _, stop) =>
        {
            stop.Register(() => stopped.TrySetResult());
            begun.TrySetResult();
            await returns.Task;
        };
        await using Engine engine = _pages.NewEngine(type => type.Resources = ResourceRequirements.Of("gpu", 1), more: builder => builder.AddResource("gpu", 1));
        IResourceManager resources = engine.Services.GetRequiredService<IResourceManager>();
        await using OrchestrationRun run = await engine.StartAsync(plan => Pages.Add(plan, 3));
        await begun.Task.InTimeAsync(run);

        await run.CancelAsync(TestContext.Current.CancellationToken);
        await stopped.Task.InTimeAsync(run);
        long whileItRuns = resources.Snapshot().Single(pool => pool.Name == "gpu").Free;
        returns.SetResult();
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Cancelled, 0, 1), (result.Outcome, whileItRuns, resources.Snapshot().Single(pool => pool.Name == "gpu").Free));
    }

    [Fact]
    public async Task Usage_is_divided_among_the_items_and_adds_up()
    {
        _pages.Code = (items, context, _) =>
        {
            context.ReportUsage(new TaskUsage(100, 11, 0.01m));
            Pages.AnswerAll(items);
            return default;
        };
        await using Engine engine = _pages.NewEngine();

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 3));

        Assert.Equal(new TaskUsage(100, 11, 0.01m), result.Run.Usage);
        Assert.All(result.Subtasks, subtask => Assert.InRange(subtask.Usage.InputTokens, 33, 34));
    }

    [Fact]
    public async Task Middleware_runs_around_each_item()
    {
        List<string> around = [];
        await using Engine engine = _pages.NewEngine(more: builder => builder.Services.AddSingleton<TaskMiddleware>(new Noting(around)));

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 3));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(["p0", "p1", "p2"], around.Order());
        Assert.Equal([3], _pages.Sizes);
    }

    [Fact]
    public async Task Middleware_that_lets_one_attempt_through_at_a_time_ends_all_the_same()
    {
        using var one = new SemaphoreSlim(1);
        await using Engine engine = _pages.NewEngine(more: builder => builder.Services.AddSingleton<TaskMiddleware>(new OneByOne(one)));

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 5));

        Assert.Equal((RunOutcome.Succeeded, 5), (result.Outcome, _pages.Calls.Count));
    }

    [Fact]
    public async Task A_delegate_answers_in_the_order_of_its_inputs_and_a_missing_answer_fails_the_batch()
    {
        int calls = 0;
        await using var engine = new Engine(builder => builder.AddBatchTaskType(
            "square", "Squares a number.",
            (IReadOnlyList<int> numbers, BatchContext _, CancellationToken _) =>
            {
                calls++;
                return ValueTask.FromResult<IReadOnlyList<int>>([.. numbers.Where(number => number != 3 || numbers.Count == 1).Select(number => number * number)]);
            },
            type => type.Effect = TaskEffect.Pure));

        RunResult result = await engine.RunAsync(plan =>
        {
            for (int i = 0; i < 4; i++)
            {
                plan.Add($"n{i}", "square", i);
            }
        });

        Assert.Equal([0, 1, 4, 9], Enumerable.Range(0, 4).Select(i => result.GetOutput<int>($"n{i}")));
        Assert.Equal(5, calls);
    }

    [Theory]
    [InlineData(TaskEffect.Write, 16, "Write")]
    [InlineData(TaskEffect.Pure, 0, "at most 0")]
    public void Options_that_make_no_sense_are_refused(TaskEffect effect, int maxSize, string named)
    {
        var services = new ServiceCollection();

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => services.AddAgentOrchestration().AddTaskType<Pages.Extract>(type =>
        {
            type.Effect = effect;
            type.Batch.MaxSize = maxSize;
        }));

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    private sealed class Noting(List<string> around) : TaskMiddleware
    {
        public override async ValueTask<object?> InvokeAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken)
        {
            lock (around)
            {
                around.Add(context.Subtask.Id);
            }

            return await next(context, cancellationToken);
        }
    }

    private sealed class OneByOne(SemaphoreSlim one) : TaskMiddleware
    {
        public override async ValueTask<object?> InvokeAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken)
        {
            await one.WaitAsync(cancellationToken);
            try
            {
                return await next(context, cancellationToken);
            }
            finally
            {
                one.Release();
            }
        }
    }
}
