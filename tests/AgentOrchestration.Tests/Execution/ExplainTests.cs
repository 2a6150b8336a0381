using System.Text.Json;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>Why a subtask of a run has not started or not ended.</summary>
public sealed class ExplainTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_for_a_pool_names_those_who_hold_it()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan =>
        {
            plan.Add("render-3", "gpu", options: new() { EstimatedDuration = TimeSpan.FromHours(1) });
            plan.Add("render-5", "gpu");
            plan.Add("render-7", "gpu");
        });
        await world.SeeStartsAsync(run, 2);
        string waiting = run.GetSnapshot().Subtasks.Single(subtask => subtask.State == SubtaskState.Ready).Subtask.Id;

        WaitExplanation why = run.Explain(waiting);

        Assert.Equal((WaitKind.Resources, SubtaskState.Ready), (why.Kind, why.State));
        AwaitedPool pool = Assert.Single(why.Pools);
        Assert.Equal(("gpu", 1L, 0L, 2L, 2), (pool.Name, pool.Needed, pool.Free, pool.Capacity, pool.Holders.Count));
        Assert.All(pool.Holders, holder => Assert.Equal((run.RunId, 1L), (holder.RunId, holder.Amount)));
        Assert.Matches(@"^waits for gpu: 2 of 2 in use by render-\d( \([\d.]+ s left\))? and render-\d( \([\d.]+ s left\))?$", why.ToString());
        Assert.Equal(waiting, JsonSerializer.SerializeToElement(why, JsonSerializerOptions.Web).GetProperty("subtaskId").GetString());
        await world.EndAsync(run);
    }

    [Fact]
    public async Task Another_run_that_holds_a_pool_is_named()
    {
        await using var world = new World();
        await using OrchestrationRun holder = await world.StartAsync(plan =>
        {
            plan.Add("one", "gpu");
            plan.Add("two", "gpu");
        });
        await world.SeeStartsAsync(holder, 2);
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("waits", "gpu"));

        WaitExplanation why = run.Explain("waits");

        Assert.Equal([holder.RunId, holder.RunId], Assert.Single(why.Pools).Holders.Select(other => other.RunId));
        Assert.Contains($"of run {holder.RunId}", why.ToString(), StringComparison.Ordinal);
        await world.EndAsync(holder);
        await world.EndAsync(run);
    }

    [Fact]
    public async Task What_waits_for_others_names_those_that_have_not_ended()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("last", "work", after: [plan.Add("first", "work"), plan.Add("second", "free")]));
        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "second");

        WaitExplanation why = run.Explain("last");

        Assert.Equal((WaitKind.Dependencies, "waits for the end of first (Running)"), (why.Kind, why.ToString()));
        Assert.Equal(["first"], why.Dependencies.Select(awaited => awaited.SubtaskId));
        await world.EndAsync(run);
    }

    [Fact]
    public async Task What_runs_and_what_has_ended_say_so()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("only", "work"));
        await world.SeeStartsAsync(run, 1);

        Assert.Equal((WaitKind.Running, 1), (run.Explain("only").Kind, run.Explain("only").Attempts));
        Assert.StartsWith("runs since ", run.Explain("only").ToString(), StringComparison.Ordinal);
        await world.EndAsync(run);
        Assert.Equal((WaitKind.Ended, "has ended: Succeeded"), (run.Explain("only").Kind, run.Explain("only").ToString()));
    }

    [Fact]
    public async Task What_waits_for_an_approval_shows_the_question()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("pay", "free", options: new() { Policy = new SubtaskPolicy { RequiresApproval = true } }));
        ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);

        WaitExplanation why = run.Explain("pay");

        Assert.Equal((WaitKind.Approval, question.Fingerprint), (why.Kind, why.Approval?.Fingerprint));
        await run.ApproveAsync(question, cancellationToken: TestEnd);
        await world.EndAsync(run);
    }

    [Fact]
    public async Task What_waits_for_a_place_names_what_runs()
    {
        await using var world = new World(maxParallelism: 1);
        await using OrchestrationRun run = await world.StartAsync(plan =>
        {
            plan.Add("one", "work");
            plan.Add("two", "work");
        });
        await world.SeeStartsAsync(run, 1);
        SubtaskSnapshot[] subtasks = [.. run.GetSnapshot().Subtasks.OrderBy(subtask => subtask.State)];

        WaitExplanation why = run.Explain(subtasks[0].Subtask.Id);

        Assert.Equal((WaitKind.Parallelism, $"waits for MaxParallelism: 1 of 1 in use by {subtasks[1].Subtask.Id}"), (why.Kind, why.ToString()));
        await world.EndAsync(run);
    }

    [Fact]
    public async Task What_pauses_before_its_next_attempt_says_how_long()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("flaky", "flaky"));
        await Engine.SeeAsync<AttemptFailed>(run);

        WaitExplanation why = run.Explain("flaky");

        Assert.Equal((WaitKind.Retry, 1), (why.Kind, why.Attempts));
        Assert.True(why.Remaining > TimeSpan.FromMinutes(1));
        await run.CancelAsync(TestContext.Current.CancellationToken);
        await run.EndAsync();
    }

    [Fact]
    public async Task What_waits_for_a_larger_budget_says_which_part_is_used_up()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(
            plan => plan.Add("second", "free", after: [plan.Add("first", "free")]),
            new RunOptions { Budget = new RunBudget { MaxAttempts = 1, WhenExhausted = BudgetAction.Ask } });
        await Engine.SeeAsync<BudgetExhausted>(run);

        WaitExplanation why = run.Explain("second");

        Assert.Equal((WaitKind.Budget, BudgetLimit.Attempts), (why.Kind, why.ExhaustedBudget));
        Assert.Equal("waits for a larger budget: Attempts is used up", why.ToString());
        await run.ExtendBudgetAsync(new RunBudget { MaxAttempts = 2 }, TestEnd);
        await world.EndAsync(run);
        Assert.Equal((WaitKind.Ended, null), (run.Explain("second").Kind, run.Explain("second").ExhaustedBudget));
    }

    [Fact]
    public async Task After_a_larger_budget_something_else_is_waited_for()
    {
        await using var world = new World(maxParallelism: 1);
        await using OrchestrationRun run = await world.StartAsync(
            plan =>
            {
                SubtaskRef first = plan.Add("first", "free");
                plan.Add("second", "work", after: [first]);
                plan.Add("third", "work", after: [first]);
            },
            new RunOptions { MaxParallelism = 1, Budget = new RunBudget { MaxAttempts = 1, WhenExhausted = BudgetAction.Ask } });
        await Engine.SeeAsync<BudgetExhausted>(run);
        await run.ExtendBudgetAsync(new RunBudget { MaxAttempts = 100 }, TestEnd);
        await world.SeeStartsAsync(run, 2);

        string waiting = run.GetSnapshot().Subtasks.Single(subtask => subtask.State == SubtaskState.Ready).Subtask.Id;

        Assert.Equal(WaitKind.Parallelism, run.Explain(waiting).Kind);
        await world.EndAsync(run);
    }

    [Fact]
    public async Task What_waits_for_a_place_among_all_runs_names_those_of_other_runs()
    {
        await using var world = new World(maxParallelismTotal: 1);
        await using OrchestrationRun holder = await world.StartAsync(plan => plan.Add("holds", "work"));
        await world.SeeStartsAsync(holder, 1);
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("waits", "free"));

        WaitExplanation why = run.Explain("waits");

        Assert.Equal((WaitKind.Parallelism, $"waits for MaxParallelismTotal: 1 of 1 in use by holds of run {holder.RunId}"), (why.Kind, why.ToString()));
        await world.EndAsync(holder);
        await world.EndAsync(run);
    }

    [Fact]
    public async Task What_waits_for_the_limit_of_its_task_type_names_those_who_have_it()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => Array.ForEach(["one", "two"], id => plan.Add(id, "limited")));
        await world.SeeStartsAsync(run, 1);
        SubtaskSnapshot[] subtasks = [.. run.GetSnapshot().Subtasks.OrderBy(subtask => subtask.State)];

        WaitExplanation why = run.Explain(subtasks[0].Subtask.Id);

        Assert.Equal(WaitKind.Resources, why.Kind);
        Assert.Contains("limited", why.ToString(), StringComparison.Ordinal);
        Assert.EndsWith($"1 of 1 in use by {subtasks[1].Subtask.Id}", why.ToString(), StringComparison.Ordinal);
        await world.EndAsync(run);
    }

    [Fact]
    public async Task What_changes_something_outside_waits_for_the_end_of_a_plan_that_is_still_being_written()
    {
        var explained = new TaskCompletionSource<string[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Engine engine = new(
            builder => builder
                .UseDecomposer(_ => new Writer(
                    TaskPlan.Create(plan =>
                    {
                        plan.Add("first", "explain");
                        plan.Add("second", "change");
                        plan.Add("third", "change", after: [new SubtaskRef("first")]);
                    }),
                    explained.Task))
                .AddTaskType(
                    "explain",
                    "Explains the others.",
                    async (None _, TaskContext context, CancellationToken stop) =>
                    {
                        OrchestrationRun run = context.Services.GetRequiredService<ITaskOrchestrator>().Find(context.RunId)!;
                        await foreach (RunEvent next in run.WatchAsync(stop))
                        {
                            if (next is PlanExtended && run.GetSnapshot().Subtasks.Count == 3)
                            {
                                break;
                            }
                        }

                        explained.TrySetResult([.. new[] { "first", "second", "third" }.Select(id => run.Explain(id).ToString())]);
                        return 1;
                    },
                    options => options.Effect = TaskEffect.Pure)
                .AddTaskType("change", "Changes something.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1), options => options.Effect = TaskEffect.Write),
            options => options.Planning.StartsEarly = true);

        await using OrchestrationRun run = await engine.Orchestrator.StartAsync(new OrchestrationRequest("Work."), TestEnd).InTimeAsync();
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);

        string[] seen = await explained.Task;
        Assert.StartsWith("runs since", seen[0], StringComparison.Ordinal);
        Assert.Equal(["waits for the end of the plan, because it changes something outside", "waits for the end of first (Running)"], seen[1..]);
    }

    [Fact]
    public async Task What_waits_for_the_limit_of_its_key_names_only_those_who_have_that_key()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => Array.ForEach(["a-1", "a-2", "b-1"], id => plan.Add(id, "keyed")));
        await world.SeeStartsAsync(run, 2);
        SubtaskSnapshot waiting = run.GetSnapshot().Subtasks.Single(subtask => subtask.State == SubtaskState.Ready);

        WaitExplanation why = run.Explain(waiting.Subtask.Id);

        Assert.Equal(WaitKind.Resources, why.Kind);
        Assert.Equal(waiting.Subtask.Id[0], Assert.Single(Assert.Single(why.Pools).Holders).SubtaskId[0]);
        await world.EndAsync(run);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_limit_that_abandoned_code_holds_is_named(bool isOfType)
    {
        var ignoring = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, _) =>
            {
                // It ignores its token: it is abandoned.
                await (context.Subtask.Id == "abandoned" ? ignoring.PassAsync(CancellationToken.None) : Task.CompletedTask);
                return 1;
            },
            type => type.MaxConcurrency = isOfType ? 1 : null,
            options =>
            {
                options.MaxParallelismTotal = isOfType ? null : 1;
                options.Runs.CancellationGracePeriod = TimeSpan.Zero;
            });
        await using OrchestrationRun holder = await engine.StartAsync(plan => plan.Add("abandoned", "work"));
        await ignoring.Reached;
        await holder.CancelAsync("abandoned", TestEnd);
        await engine.AdvanceUntilAsync(holder.EndAsync(), TimeSpan.FromMilliseconds(1));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("waits", "work"));

        WaitExplanation why = run.Explain("waits");

        ignoring.Open();
        Assert.Equal(isOfType ? WaitKind.Resources : WaitKind.Parallelism, why.Kind);
        Assert.Equal((0L, 1L, 0), (why.Pools[0].Free, why.Pools[0].Capacity, why.Pools[0].Holders.Count));
        Assert.EndsWith(": 1 of 1 in use", why.ToString(), StringComparison.Ordinal);
        await run.EndAsync();
    }

    [Fact]
    public async Task Parts_and_what_was_added_are_explained_by_their_ids()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan =>
        {
            SubtaskRef nested = plan.AddPlan("nested", TaskPlan.Create(inner => inner.Add("last", "free", after: [inner.Add("inside", "work")])));
            plan.Add("after", "free", after: [nested]);
        });
        await world.SeeStartsAsync(run, 1);

        Assert.Equal("waits for the end of nested/inside (Running)", run.Explain("nested/last").ToString());
        Assert.Equal(WaitKind.Dependencies, run.Explain("nested").Kind);
        Assert.Equal(["nested/inside", "nested/last"], run.Explain("nested").Dependencies.Select(awaited => awaited.SubtaskId).Order(StringComparer.Ordinal));
        Assert.Equal(["nested"], run.Explain("after").Dependencies.Select(awaited => awaited.SubtaskId));
        await world.EndAsync(run);
    }

    [Fact]
    public async Task A_run_explains_itself_at_every_moment_from_anywhere_also_when_it_is_gone()
    {
        OrchestrationRun? current = null;
        var known = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Engine engine = Engine.For(async (context, stop) =>
        {
            await known.Task.WaitAsync(stop);
            return current!.Explain(context.Subtask.Id).ToString();
        });
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef[] first = [.. Enumerable.Range(0, 40).Select(number => plan.Add($"first-{number}", "work"))];
            plan.Add("last", "work", after: first);
        });
        current = run;
        Task<int>[] asking = [.. Enumerable.Range(0, 3).Select(number => Task.Run(async () =>
        {
            int asked = 0;
            for (; !run.Completion.IsCompleted || asked < 10; asked++)
            {
                Assert.NotEmpty(run.Explain($"first-{asked % 40}").ToString());
                Assert.NotEmpty(run.Explain("last").ToString());
                await Task.Yield();
            }

            return asked;
        }, TestEnd))];
        known.SetResult();

        RunResult result = await run.EndAsync();
        Assert.All(await Task.WhenAll(asking).InTimeAsync(run), asked => Assert.True(asked >= 10));
        Assert.StartsWith("runs since ", result.GetOutput<string>("last"), StringComparison.Ordinal);
        await run.DisposeAsync();
        Assert.Equal("has ended: Succeeded", run.Explain("last").ToString());
    }

    [Fact]
    public async Task A_subtask_that_the_run_does_not_have_is_refused()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("only", "free"));
        await run.EndAsync();

        Assert.Throws<ArgumentException>("subtaskId", () => run.Explain("other"));
        Assert.Throws<ArgumentNullException>("subtaskId", () => run.Explain(null!));
    }

    /// <summary>Writes a plan that ends when it may.</summary>
    private sealed class Writer(TaskPlan plan, Task mayEnd) : ITaskDecomposer
    {
        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) => ValueTask.FromResult(plan);

        public async ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, Action<Subtask> onSubtask, CancellationToken cancellationToken)
        {
            foreach (Subtask subtask in plan.Subtasks)
            {
                onSubtask(subtask);
            }

            await mayEnd.WaitAsync(cancellationToken);
            return plan;
        }
    }

    /// <summary>Two gpus, and work that runs until the test ends it.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Engine _engine;

        public World(int maxParallelism = 8, int? maxParallelismTotal = null) => _engine = new Engine(
            builder => builder
                .AddResource("gpu", 2)
                .AddTaskType("gpu", "Renders.", (None _, TaskContext _, CancellationToken stop) => StayAsync(stop), options => options.Resources = ResourceRequirements.Of("gpu", 1))
                .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken stop) => StayAsync(stop))
                .AddTaskType("free", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
                .AddTaskType("limited", "Works.", (None _, TaskContext _, CancellationToken stop) => StayAsync(stop), options => options.MaxConcurrency = 1)
                .AddTaskType(
                    "keyed", "Works.", (None _, TaskContext _, CancellationToken stop) => StayAsync(stop),
                    options => (options.MaxConcurrency, options.ConcurrencyKey) = (1, subtask => subtask.Id[..1]))
                .AddTaskType("flaky", "Fails.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromException<int>(new TimeoutException("It fails.")),
                    options =>
                    {
                        options.Retry.MaxAttempts = 2;
                        options.Retry.Delay = options.Retry.MaxDelay = TimeSpan.FromHours(1);
                    }),
            options => (options.Runs.MaxParallelism, options.MaxParallelismTotal) = (maxParallelism, maxParallelismTotal));

        public Task<OrchestrationRun> StartAsync(Action<TaskPlanBuilder> plan, RunOptions? options = null) => _engine.Orchestrator.StartAsync(TaskPlan.Create(plan), options, TestEnd);

        public async Task SeeStartsAsync(OrchestrationRun run, int count)
        {
            await foreach (RunEvent next in run.WatchAsync(TestContext.Current.CancellationToken))
            {
                if (next is AttemptStarted && --count == 0)
                {
                    return;
                }
            }
        }

        public async Task EndAsync(OrchestrationRun run)
        {
            _done.TrySetResult();
            Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        }

        public ValueTask DisposeAsync() => _engine.DisposeAsync();

        private async ValueTask<int> StayAsync(CancellationToken stop)
        {
            await _done.Task.WaitAsync(stop);
            return 1;
        }
    }
}
