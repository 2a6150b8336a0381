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
        await using Engine engine = Create();
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
        await using Engine engine = Create(type => type.Resources = ResourceRequirements.Of("gpu", 1), options => options.Runs.MaxParallelism = 1, builder => builder.AddResource("gpu", 1));

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
        await using Engine engine = Create(more: builder => builder.AddTaskType("after", "Takes facts.", (string facts) =>
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
        await using Engine engine = Create(type => type.Batch.Key = subtask => subtask.Id[..1], more: builder => builder.AddResource("gpu", 4));

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
    public async Task An_item_that_fails_fails_alone_and_is_tried_again_by_its_own_rules()
    {
        _pages.Code = (items, _, _) =>
        {
            foreach (BatchItem<string, string> item in items)
            {
                if (item.Id == "p2" && item.Context.Attempt == 1)
                {
                    item.Fail(new InvalidDataException("Not a page."));
                }
                else
                {
                    item.Succeed(item.Input);
                }
            }

            return default;
        };
        await using Engine engine = Create(type =>
        {
            type.Retry.MaxAttempts = 2;
            type.Retry.Delay = TimeSpan.Zero;
        });

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 16));

        Assert.Equal((RunOutcome.Succeeded, 2, 1), (result.Outcome, result["p2"].Attempts, result["p1"].Attempts));
        Assert.Equal([16, 1], _pages.Sizes);
    }

    [Theory]
    [InlineData(BrokenBatch.Bisect, 9)]
    [InlineData(BrokenBatch.OneByOne, 17)]
    public async Task Of_a_batch_whose_code_fails_only_the_one_at_fault_fails(BrokenBatch when, int calls)
    {
        BreakOn("p11");
        await using Engine engine = Create(type => type.Batch.WhenBroken = when);
        await using OrchestrationRun run = await engine.StartAsync(plan => Pages.Add(plan, 16));

        RunResult result = await run.EndAsync();

        Assert.Equal(calls, _pages.Calls.Count);
        Assert.Equal(["p11"], result.Subtasks.Where(subtask => subtask.State == SubtaskState.Failed).Select(subtask => subtask.Subtask.Id));
        Assert.Equal("Not a page.", result["p11"].Error!.Message);
        Assert.All((await Engine.EventsAsync(run)).OfType<AttemptFailed>(), failed => Assert.True(failed.IsBatchBroken));
    }

    [Fact]
    public async Task Attempts_of_broken_batches_do_not_count()
    {
        int alone = 0;
        _pages.Code = (items, _, _) => items.Count > 1 || Interlocked.Increment(ref alone) <= 2 ? throw new InvalidDataException("Broken.") : Answer(items);
        await using Engine engine = Create(type =>
        {
            type.Retry.MaxAttempts = 3;
            type.Retry.Delay = TimeSpan.Zero;
        });

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 2));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(6, result.Subtasks.Sum(subtask => subtask.Attempts));
    }

    [Fact]
    public async Task A_broken_batch_may_count_as_a_failure_of_each()
    {
        BreakOn("p1");
        await using Engine engine = Create(type => type.Batch.WhenBroken = BrokenBatch.Fail);

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 3));

        Assert.Equal([SubtaskState.Failed, SubtaskState.Failed, SubtaskState.Failed], result.Subtasks.Select(subtask => subtask.State));
        Assert.Single(_pages.Calls);
    }

    [Fact]
    public async Task An_error_that_says_when_to_try_again_is_about_all_of_them_and_they_stay_together()
    {
        int calls = 0;
        _pages.Code = (items, _, _) => calls++ == 0 ? throw new TaskFailedException("Too many requests.") { RetryAfter = TimeSpan.FromSeconds(20) } : Answer(items);
        await using Engine engine = Create(type => type.Retry.MaxAttempts = 2);
        await using OrchestrationRun run = await engine.StartAsync(plan => Pages.Add(plan, 5));

        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));

        Assert.Equal((RunOutcome.Succeeded, 10), (result.Outcome, result.Subtasks.Sum(subtask => subtask.Attempts)));
        Assert.Equal(5, _pages.Sizes.First());
    }

    [Fact]
    public async Task What_the_code_leaves_unanswered_is_tried_again_alone_and_then_fails_by_name()
    {
        _pages.Code = (items, _, _) =>
        {
            Pages.AnswerAll(items.Where(item => item.Id != "p1"));
            return default;
        };
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 4));

        Assert.Equal(["p1"], result.Subtasks.Where(subtask => subtask.State == SubtaskState.Failed).Select(subtask => subtask.Subtask.Id));
        Assert.Contains("without an answer for 'p1'", result["p1"].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(["p0,p1,p2,p3", "p1"], _pages.Calls.Select(call => string.Join(",", call)));
    }

    [Fact]
    public async Task A_second_answer_is_refused_and_the_first_counts()
    {
        InvalidOperationException? refusal = null;
        _pages.Code = (items, _, _) =>
        {
            items[0].Succeed("first");
            refusal = Assert.Throws<InvalidOperationException>(() => items[0].Succeed("second"));
            Pages.AnswerAll(items.Skip(1));
            return default;
        };
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 2));

        Assert.Equal(("first", "facts of page 1"), (result.GetOutput<string>("p0"), result.GetOutput<string>("p1")));
        Assert.Contains("'p0'", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strangers_id_is_refused_with_the_ids_that_there_are()
    {
        KeyNotFoundException? refusal = null;
        _pages.Code = (items, _, _) =>
        {
            refusal = Assert.Throws<KeyNotFoundException>(() => items.ById("p7"));
            return Answer(items);
        };
        await using Engine engine = Create();

        await engine.RunAsync(plan => Pages.Add(plan, 2));

        Assert.Contains("'p0', 'p1'", refusal!.Message, StringComparison.Ordinal);
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
        await using Engine engine = Create();
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
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var returns = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pages.Code = async (_, _, stop) =>
        {
            stop.Register(() => stopped.TrySetResult());
            await returns.Task;
        };
        await using Engine engine = Create(type => type.Resources = ResourceRequirements.Of("gpu", 1), more: builder => builder.AddResource("gpu", 1));
        IResourceManager resources = engine.Services.GetRequiredService<IResourceManager>();
        await using OrchestrationRun run = await engine.StartAsync(plan => Pages.Add(plan, 3));
        await Engine.SeeAsync<AttemptStarted>(run, started => started.SubtaskId == "p2");

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
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 3));

        Assert.Equal(new TaskUsage(100, 11, 0.01m), result.Run.Usage);
        Assert.All(result.Subtasks, subtask => Assert.InRange(subtask.Usage.InputTokens, 33, 34));
    }

    [Fact]
    public async Task Middleware_runs_around_each_item()
    {
        List<string> around = [];
        await using Engine engine = Create(more: builder => builder.Services.AddSingleton<TaskMiddleware>(new Noting(around)));

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 3));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(["p0", "p1", "p2"], around.Order());
        Assert.Equal([3], _pages.Sizes);
    }

    [Fact]
    public async Task Middleware_that_lets_one_attempt_through_at_a_time_ends_all_the_same()
    {
        using var one = new SemaphoreSlim(1);
        await using Engine engine = Create(more: builder => builder.Services.AddSingleton<TaskMiddleware>(new OneByOne(one)));

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

    private static ValueTask Answer(BatchItems<string, string> items)
    {
        Pages.AnswerAll(items);
        return default;
    }

    private void BreakOn(string id) =>
        _pages.Code = (items, _, _) => items.Any(item => item.Id == id) ? throw new InvalidDataException("Not a page.") : Answer(items);

    private Engine Create(Action<TaskTypeOptions>? type = null, Action<AgentOrchestrationOptions>? options = null, Action<IAgentOrchestrationBuilder>? more = null) => new(
        builder =>
        {
            _pages.AddTo(builder, type);
            more?.Invoke(builder);
        },
        options);

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
