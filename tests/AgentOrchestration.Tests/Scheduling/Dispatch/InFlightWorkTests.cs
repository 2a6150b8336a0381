using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Scheduling.Dispatch;

public sealed class InFlightWorkTests
{
    [Theory]
    [InlineData(TaskEffect.Pure, 1)]
    [InlineData(TaskEffect.Write, 3)]
    [InlineData(TaskEffect.Irreversible, 3)]
    public async Task Identical_subtasks_run_once_if_their_effect_allows_it(TaskEffect effect, int expectedCalls)
    {
        int calls = 0;
        await using Engine engine = Counting(() => Interlocked.Increment(ref calls), effect);

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("a", "upper", input: "x");
            plan.Add("b", "upper", input: "x");
            plan.Add("c", "upper", input: "x");
        });

        Assert.Equal(expectedCalls, calls);
        Assert.Equal(["X", "X", "X"], result.Subtasks.Select(subtask => subtask.Output));
        Assert.Equal(3 - expectedCalls, result.Subtasks.Count(subtask => subtask.Origin == OutputOrigin.Shared));
    }

    [Fact]
    public async Task Subtasks_of_other_inputs_run_each()
    {
        int calls = 0;
        await using Engine engine = Counting(() => Interlocked.Increment(ref calls), TaskEffect.Pure);

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("a", "upper", input: "x");
            plan.Add("b", "upper", input: "y");
        });

        Assert.Equal(2, calls);
        Assert.Equal(["X", "Y"], result.Subtasks.Select(subtask => subtask.Output));
    }

    [Fact]
    public async Task What_ran_in_one_run_runs_again_in_the_next()
    {
        int calls = 0;
        await using Engine engine = Counting(() => Interlocked.Increment(ref calls), TaskEffect.Pure);

        await engine.RunAsync(plan => plan.Add("a", "upper", input: "x"));
        await engine.RunAsync(plan => plan.Add("a", "upper", input: "x"));

        Assert.Equal(2, calls);
    }

    [Fact]
    public void A_subtask_does_not_fail_by_the_timeout_of_an_equal_one()
    {
        bool hasAFailed = false;

        Explore(
            Sleep,
            plan =>
            {
                plan.Add("a", "work", options: new() { Policy = new SubtaskPolicy { Timeout = TimeSpan.FromMilliseconds(50) } });
                plan.Add("b", "work");
            },
            run =>
            {
                Assert.Equal(SubtaskState.Succeeded, run.Result["b"].State);
                hasAFailed |= run.Result["a"].State == SubtaskState.Failed;
            });

        Assert.True(hasAFailed);
    }

    [Fact]
    public void A_subtask_has_its_own_number_of_attempts_when_an_equal_one_has_fewer()
    {
        bool hasAFailed = false;

        Explore(
            async (context, stop) =>
            {
                await Sleep(context, stop);
                return context.Attempt == 1 ? throw new HttpRequestException("Not yet.") : "x";
            },
            plan =>
            {
                plan.Add("a", "work");
                plan.Add("b", "work", options: new() { Policy = new SubtaskPolicy { MaxAttempts = 3 } });
            },
            run =>
            {
                Assert.Equal(SubtaskState.Succeeded, run.Result["b"].State);
                hasAFailed |= run.Result["a"].State == SubtaskState.Failed;
            });

        Assert.True(hasAFailed);
    }

    [Fact]
    public void Equal_subtasks_with_the_same_limits_fail_together() => Explore(
        async (context, stop) =>
        {
            await Sleep(context, stop);
            throw new InvalidDataException("Bad data.");
        },
        plan =>
        {
            plan.Add("a", "work");
            plan.Add("b", "work");
            plan.Add("c", "work");
        },
        run => Assert.Equal((1, 3), (run.Events.OfType<AttemptStarted>().Count(), run.Result.Failed.Count())));

    [Fact]
    public void Of_equal_subtasks_that_fail_together_each_takes_its_own_fallback_or_none() => Explore(
        async (context, stop) =>
        {
            await Sleep(context, stop);
            throw new InvalidDataException("Bad data.");
        },
        plan =>
        {
            plan.Add("a", "work", options: new() { Fallback = FallbackValue.Of("of a") });
            plan.Add("b", "work");
            plan.Add("c", "work", options: new() { Fallback = FallbackValue.Of("of c") });
        },
        run =>
        {
            Assert.Single(run.Events.OfType<AttemptStarted>());
            Assert.Equal(("of a", "of c"), (run.Result.GetOutput<string>("a"), run.Result.GetOutput<string>("c")));
            Assert.Equal((SubtaskState.Failed, "Bad data."), (run.Result["b"].State, run.Result["b"].Error!.Message));
            Assert.Equal([OutputOrigin.Fallback, OutputOrigin.Fallback], run.Result.FellBack.Select(subtask => subtask.Origin));
        });

    /// <summary>Without sharing, each would have made the same attempts. A fallback changes nothing of that.</summary>
    [Fact]
    public void Work_that_fails_for_several_subtasks_is_avoided_by_all_but_one() => Explore(
        async (context, stop) =>
        {
            await Sleep(context, stop);
            context.ReportUsage(new TaskUsage(10, 1, 2));
            throw new InvalidOperationException("Bad data.");
        },
        plan =>
        {
            plan.Add("a", "work", options: new() { Policy = new SubtaskPolicy { MaxAttempts = 2 } });
            plan.Add("b", "work", options: new() { Policy = new SubtaskPolicy { MaxAttempts = 2 } });
            plan.Add("c", "work", options: new() { Policy = new SubtaskPolicy { MaxAttempts = 2 }, Fallback = FallbackValue.Of("of c") });
        },
        run =>
        {
            SubtaskSnapshot worker = run.Result.Subtasks.Single(subtask => subtask.Attempts == 2);
            Assert.Equal([null, worker.Subtask.Id, worker.Subtask.Id], run.Result.Subtasks.Select(subtask => subtask.SharedWith).Order());
            Assert.Equal((20, 2, 4m), (run.Result.Savings.Spent.InputTokens, run.Result.Savings.Spent.OutputTokens, run.Result.Savings.Spent.Cost));
            SavingsItem avoided = Assert.Single(run.Result.Savings.Avoided);
            Assert.Equal((SavingsReason.Shared, 2, 40, 4, 8m), (avoided.Reason, avoided.Subtasks, avoided.Usage.InputTokens, avoided.Usage.OutputTokens, avoided.Usage.Cost));
            Assert.Equal((0, 0), (avoided.EstimatedSubtasks, avoided.UnknownSubtasks));
        });

    [Fact]
    public void A_subtask_does_not_wait_for_what_only_an_equal_one_needs() => Explore(
        Sleep,
        plan =>
        {
            plan.Add("hold", "hold", options: new() { Resources = Needs("gpu") });
            SubtaskRef begun = plan.Add("begun", "work", input: new JsonObject { ["other"] = true });
            plan.Add("a", "work", after: [begun], options: new() { Resources = Needs("gpu") });
            plan.Add("b", "work", after: [begun]);
            plan.Add("c", "work", after: [begun], options: new() { Resources = Needs("gpu") });
        },
        run =>
        {
            SubtaskSucceeded[] done = [.. run.Events.OfType<SubtaskSucceeded>()];
            Assert.Equal(["begun", "b", "hold"], done.Where(next => next.SharedWith is null).Select(next => next.SubtaskId));
            Assert.Equal(["a", "c"], done.Where(next => next.SharedWith == "b").Select(next => next.SubtaskId).Order());
            Assert.Equal("hold", done[^1].SubtaskId);
        });

    [Fact]
    public void Equal_subtasks_of_other_needs_do_the_work_when_the_first_of_them_is_cancelled_while_it_waits() => Explore(
        Sleep,
        plan =>
        {
            plan.Add("hold", "hold", options: new() { Resources = Needs("gpu").Union(Needs("net")) });
            SubtaskRef begun = plan.Add("begun", "work", input: new JsonObject { ["other"] = true });
            plan.Add("a", "work", after: [begun], options: new() { Resources = Needs("gpu") });
            plan.Add("b", "work", after: [begun], options: new() { Resources = Needs("net") });
            plan.Add("c", "work", after: [begun], options: new() { Resources = Needs("gpu") });
        },
        run =>
        {
            Assert.Equal(SubtaskState.Cancelled, run.Result["a"].State);
            Assert.Equal([SubtaskState.Succeeded, SubtaskState.Succeeded], new[] { run.Result["b"].State, run.Result["c"].State });
            Assert.Equal(3, run.Events.OfType<AttemptStarted>().Count());
        },
        script => script.At(TimeSpan.FromSeconds(10), async run => await run.CancelAsync("a")));

    private static ResourceRequirements Needs(string pool) => ResourceRequirements.Of(pool, 1);

    private static async ValueTask<string> Sleep(TaskContext context, CancellationToken stop)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), context.TimeProvider, stop);
        return "x";
    }

    private static void Explore(
        Func<TaskContext, CancellationToken, ValueTask<string>> work, Action<TaskPlanBuilder> plan, Action<SimulatedRun> check, Action<SimulationScript>? script = null)
    {
        var simulation = new RunSimulation(services => services.AddAgentOrchestration(options => options.Runs.MaxParallelism = 8)
            .AddResource("gpu", 1)
            .AddResource("net", 1)
            .AddTaskType("work", "Works.", (JsonElement _, TaskContext context, CancellationToken stop) => work(context, stop), options => options.Effect = TaskEffect.Read)
            .AddTaskType("hold", "Holds what it needs.", async (None _, TaskContext context, CancellationToken stop) =>
            {
                await Task.Delay(TimeSpan.FromMinutes(1), context.TimeProvider, stop);
                return "held";
            }));
        simulation.Explore(TaskPlan.Create(plan), seeds: 20, check, script);
    }

    private static Engine Counting(Action called, TaskEffect effect) => new(builder => builder.AddTaskType(
        "upper",
        "Makes capitals.",
        (string text, TaskContext _, CancellationToken _) =>
        {
            called();
            return ValueTask.FromResult(text.ToUpperInvariant());
        },
        options => options.Effect = effect));
}
