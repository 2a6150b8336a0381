using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Growth;

/// <summary>What waits for a subtask and for everything that it adds.</summary>
public sealed class JoinedGrowthTests
{
    [Theory]
    [InlineData("Irreversible", true)]
    [InlineData("Write", true)]
    [InlineData("undeclared", true)]
    [InlineData("Read", false)]
    [InlineData("Pure", false)]
    public async Task What_changes_something_waits_for_what_its_dependency_adds(string taskType, bool waits)
    {
        await using var world = new World();

        Assert.Equal(waits, await world.WaitsAsync("publish", "find/check", plan => plan.Add("publish", taskType, after: [plan.Add("find", "grow", input: 1)])));
    }

    [Theory]
    [InlineData("Irreversible", false)]
    [InlineData("Read", true)]
    public async Task A_plan_says_whether_a_subtask_waits(string taskType, bool waits)
    {
        await using var world = new World();

        Assert.Equal(waits, await world.WaitsAsync("publish", "find/check", plan => plan.Add("publish", taskType, after: [plan.Add("find", "grow", input: 1)], options: new() { WaitsForAdded = waits })));
    }

    [Fact]
    public async Task It_waits_for_what_the_additions_add_too()
    {
        await using var world = new World();

        Assert.True(await world.WaitsAsync("publish", "find/more/more/check", plan => plan.Add("publish", "Irreversible", after: [plan.Add("find", "grow", input: 3)])));
    }

    [Fact]
    public async Task It_waits_for_what_the_parts_of_a_list_and_of_a_plan_add()
    {
        await using var world = new World();

        Assert.True(await world.WaitsAsync("publish", "plan/each/0/more/check", plan =>
        {
            SubtaskRef nested = plan.AddPlan("plan", TaskPlan.Create(inner => inner.ForEach("each", new JsonArray(2), "grow")));
            plan.Add("publish", "Irreversible", after: [nested]);
        }));
    }

    [Fact]
    public async Task It_waits_for_what_the_parts_of_an_added_plan_add()
    {
        await using var world = new World(
            add: plan => plan.AddPlan("plan", TaskPlan.Create(inner => inner.Add("later", "grow-later"))),
            addLater: plan => plan.Add("check", "check"));

        Assert.True(await world.WaitsAsync("publish", "find/plan/later/check", plan => plan.Add("publish", "Irreversible", after: [plan.Add("find", "grow", input: 1)])));
    }

    [Fact]
    public async Task A_plan_and_a_list_wait_when_something_in_them_changes_something()
    {
        await using var world = new World();

        Assert.True(await world.WaitsAsync("plan/publish", "find/check", PlanAndList("Irreversible")));
        Assert.True(await world.WaitsAsync("each/0", "find/check", PlanAndList("Irreversible")));
    }

    [Fact]
    public async Task A_plan_and_a_list_that_change_nothing_do_not_wait()
    {
        var checking = new Checkpoint();
        await using var world = new World(check: checking.PassAsync);
        await using OrchestrationRun run = await world.Engine.StartAsync(PlanAndList("Read"));

        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "plan/publish");
        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "each/0");

        checking.Open();
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task A_failed_addition_skips_what_waits_for_it()
    {
        await using var world = new World(check: _ => throw new InvalidDataException("The check failed."));

        RunResult result = await world.RunAsync(plan => plan.Add("publish", "Irreversible", after: [plan.Add("find", "grow", input: 1)]));

        Assert.Equal((RunOutcome.Failed, SubtaskState.Succeeded), (result.Outcome, result["find"].State));
        Assert.Equal((SubtaskState.Skipped, "find/check", SkipReason.Failed), (result["publish"].State, result["publish"].SkippedBecauseOf, result["publish"].SkipReason));
    }

    [Fact]
    public async Task What_takes_a_dependency_only_as_an_optional_one_waits_for_its_additions_however_they_end()
    {
        await using var world = new World(check: _ => throw new InvalidDataException("The check failed."));

        RunResult result = await world.RunAsync(plan => plan.Add("publish", "Irreversible", options: new() { Optional = [plan.Add("find", "grow", input: 1)] }));

        Assert.Equal((SubtaskState.Failed, SubtaskState.Succeeded), (result["find/check"].State, result["publish"].State));
        Assert.True(Ended(result, "publish") > Ended(result, "find/check"));
        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
    }

    [Fact]
    public async Task Of_what_is_added_a_condition_skips_only_what_it_guards()
    {
        await using var world = new World(add: plan =>
        {
            SubtaskRef check = plan.Add("check", "check");
            plan.Add("guarded", "check", options: new() { When = new SubtaskCondition(check.Output("/no-such-part"), ConditionOperator.Exists) });
        });

        RunResult result = await world.RunAsync(plan => plan.Add("publish", "Irreversible", after: [plan.Add("find", "grow", input: 1)]));

        Assert.Equal((SubtaskState.Skipped, SubtaskState.Succeeded), (result["find/guarded"].State, result["publish"].State));
    }

    [Fact]
    public async Task An_addition_may_come_after_what_would_wait_for_it_and_the_others_are_still_waited_for()
    {
        await using var world = new World(add: plan =>
        {
            plan.Add("check", "check");
            SubtaskRef announce = plan.Add("announce", "Irreversible", after: [new SubtaskRef("publish")]);
            plan.Add("archive", "Irreversible", after: [announce]);
        });

        RunResult result = await world.RunAsync(plan =>
        {
            SubtaskRef find = plan.Add("find", "grow", input: 1);
            plan.Add("publish", "Irreversible", after: [find]);
            plan.Add("report", "Irreversible", after: [find]);
        });

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(6, result.Succeeded.Count());
        Assert.True(Ended(result, "find/check") < Ended(result, "publish"));
        Assert.True(Ended(result, "publish") < Ended(result, "find/announce"));
        Assert.True(Ended(result, "find/archive") < Ended(result, "report"));
    }

    [Fact]
    public async Task Additions_that_come_after_each_others_waiters_do_not_wait_in_a_cycle()
    {
        await using var world = new World(add: plan =>
        {
            plan.Add("after-one", "Irreversible", after: [new SubtaskRef("one")]);
            plan.Add("after-two", "Irreversible", after: [new SubtaskRef("two")]);
        });

        RunResult result = await world.RunAsync(plan =>
        {
            SubtaskRef find = plan.Add("find", "grow", input: 1);
            plan.Add("one", "Irreversible", after: [find]);
            plan.Add("two", "Irreversible", after: [find]);
        });

        Assert.Equal((RunOutcome.Succeeded, 5), (result.Outcome, result.Succeeded.Count()));
    }

    [Fact]
    public async Task Additions_of_one_subtask_run_side_by_side()
    {
        int running = 0;
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var world = new World(
            check: _ => Interlocked.Increment(ref running) == 2 ? Complete(both) : both.Task.InTimeAsync(),
            add: plan =>
            {
                plan.Add("a", "check");
                plan.Add("b", "check");
            });

        RunResult result = await world.RunAsync(plan => plan.Add("find", "grow", input: 1));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
    }

    [Fact]
    public async Task What_is_added_later_waits_for_what_its_dependency_has_added_before()
    {
        var checking = new Checkpoint();
        await using var world = new World(check: checking.PassAsync, addLater: plan => plan.Add("publish", "Irreversible", after: [new SubtaskRef("find")]));
        await using OrchestrationRun run = await world.Engine.StartAsync(plan => plan.Add("later", "grow-later", after: [plan.Add("find", "grow", input: 1)], options: new() { WaitsForAdded = false }));
        await checking.Reached;
        await Engine.SeeAsync<SubtasksAdded>(run, added => added.SubtaskId == "later");

        checking.Open();
        RunResult result = await run.EndAsync();

        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);
        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.True(events.OfType<AttemptStarted>().Single(next => next.SubtaskId == "later/publish").Sequence > result["find/check"].EndedSequence);
    }

    /// <summary>
    /// By the graph, what "free" adds comes after the plan, and so after what waits for the plan's addition; but not after those who wait for this very addition, because
    /// it comes after them itself.
    /// </summary>
    [Fact]
    public async Task What_is_added_waits_for_additions_that_come_only_after_what_does_not_wait_for_it()
    {
        var holding = new Checkpoint();
        var checking = new Checkpoint();
        await using var world = new World(check: checking.PassAsync, addLater: plan => plan.Add("last", "Irreversible", after: [new SubtaskRef("free")]), hold: holding.PassAsync);
        await using OrchestrationRun run = await world.Engine.StartAsync(plan =>
        {
            SubtaskRef whole = plan.AddPlan("plan", TaskPlan.Create(inner => inner.Add("publish", "Irreversible", after: [inner.Add("add", "grow-later", after: [inner.Add("hold", "hold")])])));
            SubtaskRef skipped = plan.Add("skipped", "Read", after: [whole, plan.Add("broken", "broken")]);
            plan.Add("free", "grow", input: 1, options: new() { Optional = [skipped] });
        });
        await checking.Reached;
        holding.Open();
        await Engine.SeeAsync<SubtasksAdded>(run, added => added.SubtaskId == "plan/add");
        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "plan/publish");

        checking.Open();
        RunResult result = await run.EndAsync();

        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);
        Assert.True(events.OfType<AttemptStarted>().Single(next => next.SubtaskId == "plan/add/last").Sequence > result["free/check"].EndedSequence);
    }

    [Fact]
    public async Task A_snapshot_says_that_it_still_waits_and_the_event_says_who_does()
    {
        var checking = new Checkpoint();
        await using var world = new World(check: checking.PassAsync);
        await using OrchestrationRun run = await world.Engine.StartAsync(plan => plan.Add("publish", "Irreversible", after: [plan.Add("find", "grow", input: 1)]));
        await checking.Reached;

        Assert.Equal(SubtaskState.Pending, run.GetSnapshot().Subtasks.Single(subtask => subtask.Subtask.Id == "publish").State);
        Assert.Equal(["publish"], (await Engine.SeeAsync<SubtasksAdded>(run)).AwaitedBy);
        checking.Open();
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task A_snapshot_says_that_it_still_waits_for_what_the_parts_and_additions_add()
    {
        var checking = new Checkpoint();
        await using var world = new World(check: checking.PassAsync);
        await using OrchestrationRun run = await world.Engine.StartAsync(plan =>
            plan.Add("publish", "Irreversible", after: [plan.AddPlan("plan", TaskPlan.Create(inner => inner.Add("find", "grow", input: 2)))]));
        await checking.Reached;
        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "plan");

        Assert.Equal(SubtaskState.Pending, run.GetSnapshot().Subtasks.Single(subtask => subtask.Subtask.Id == "publish").State);
        checking.Open();
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task A_forecast_of_a_run_that_has_grown_puts_what_waits_behind_what_was_added()
    {
        var checking = new Checkpoint();
        await using var world = new World(check: checking.PassAsync);
        await using OrchestrationRun run = await world.Engine.StartAsync(plan => plan.Add("publish", "Irreversible", after: [plan.Add("find", "grow", input: 1)]));
        await checking.Reached;

        IReadOnlyList<AgentOrchestration.Forecasting.ForecastSubtask> rows = run.Forecast().Subtasks;

        Assert.Equal(rows.Single(row => row.Id == "find/check").End, rows.Single(row => row.Id == "publish").Start);
        checking.Open();
        await run.EndAsync();
    }

    private static Action<TaskPlanBuilder> PlanAndList(string taskType) => plan =>
    {
        SubtaskRef find = plan.Add("find", "grow", input: 1);
        plan.AddPlan("plan", TaskPlan.Create(inner => inner.Add("publish", taskType)), after: [find]);
        plan.ForEach("each", new JsonArray(new JsonObject()), taskType, after: [find]);
    };

    private static long Ended(RunResult result, string id) => result[id].EndedSequence;

    private static Task Complete(TaskCompletionSource source)
    {
        source.SetResult();
        return Task.CompletedTask;
    }

    /// <summary>Task types of every effect, some that add others, and one that checks.</summary>
    private sealed class World : IAsyncDisposable
    {
        public World(Func<CancellationToken, Task>? check = null, Action<TaskPlanBuilder>? add = null, Action<TaskPlanBuilder>? addLater = null, Func<CancellationToken, Task>? hold = null) => Engine = new Engine(
            builder =>
            {
                foreach (TaskEffect effect in Enum.GetValues<TaskEffect>())
                {
                    builder.AddTaskType(effect.ToString(), "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1), options => options.Effect = effect);
                }

                builder
                    .AddTaskType("broken", "Breaks.", int (None _) => throw new InvalidOperationException("It broke."))
                    .AddTaskType("hold", "Holds.", async (None _, CancellationToken stop) =>
                    {
                        await (hold?.Invoke(stop) ?? Task.CompletedTask);
                        return true;
                    })
                    .AddTaskType("undeclared", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
                    .AddTaskType("grow", "Adds a check, or more of itself.", (int depth, TaskContext context, CancellationToken _) =>
                    {
                        context.AddSubtasks(depth > 1 ? plan => plan.Add("more", "grow", input: depth - 1) : add ?? (plan => plan.Add("check", "check")));
                        return ValueTask.FromResult(depth);
                    })
                    .AddTaskType("grow-later", "Adds.", (None _, TaskContext context, CancellationToken _) =>
                    {
                        context.AddSubtasks(addLater!);
                        return ValueTask.FromResult(1);
                    })
                    .AddTaskType("check", "Checks.", async (None _, TaskContext _, CancellationToken stop) =>
                    {
                        await (check?.Invoke(stop) ?? Task.CompletedTask);
                        return true;
                    });
            },
            options => options.Runs.MaxParallelism = 8);

        public Engine Engine { get; }

        public Task<RunResult> RunAsync(Action<TaskPlanBuilder> plan) => Engine.RunAsync(plan);

        /// <summary>Whether a subtask started after another had ended. What is ready at one moment starts at that moment, so this is not up to chance.</summary>
        public async Task<bool> WaitsAsync(string subtask, string other, Action<TaskPlanBuilder> plan)
        {
            await using OrchestrationRun run = await Engine.StartAsync(plan);
            IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);
            return events.OfType<AttemptStarted>().Single(next => next.SubtaskId == subtask).Sequence > events.OfType<SubtaskSucceeded>().Single(next => next.SubtaskId == other).Sequence;
        }

        public ValueTask DisposeAsync() => Engine.DisposeAsync();
    }
}
