using System.Collections.Concurrent;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Growth;

/// <summary>Work that adds subtasks to its run is not replaced by an output of equal work, because what it adds would be lost.</summary>
public sealed class IdenticalGrowthTests
{
    private readonly ConcurrentQueue<string> _ran = [];
    private bool _isCheckBroken;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a", TaskEffect.Read)]
    [InlineData("b", TaskEffect.Read)]
    [InlineData("a", TaskEffect.Pure)]
    [InlineData("b", TaskEffect.Pure)]
    public void What_depends_on_one_of_two_equal_subtasks_waits_for_what_it_adds(string dependency, TaskEffect effect)
    {
        var simulation = new RunSimulation(services => AddTaskTypes(services.AddAgentOrchestration(), effect, Sleep));
        TaskPlan plan = TaskPlan.Create(builder =>
        {
            SubtaskRef[] twins = [builder.Add("a", "find"), builder.Add("b", "find")];
            builder.Add("pay", "pay", after: [twins.Single(twin => twin.Id == dependency)]);
        });

        simulation.Explore(plan, seeds: 20, run =>
        {
            RunEvent[] events = [.. run.Events];
            int check = Array.FindIndex(events, next => next is SubtaskSucceeded done && done.SubtaskId == $"{dependency}/check");
            int pay = Array.FindIndex(events, next => next is AttemptStarted { SubtaskId: "pay" });
            Assert.Equal(RunOutcome.Succeeded, run.Result.Outcome);
            Assert.True(check >= 0 && check < pay, "It paid before the check.");
        });
    }

    [Fact]
    public void Equal_subtasks_that_add_others_run_beside_each_other_once_that_is_known()
    {
        var simulation = new RunSimulation(services => AddTaskTypes(services.AddAgentOrchestration(options => options.Runs.MaxParallelism = 12), TaskEffect.Read, Sleep));
        TaskPlan plan = TaskPlan.Create(builder => Array.ForEach(["a", "b", "c", "d", "e", "f"], id => builder.Add(id, "find")));

        using SimulatedRun run = simulation.Run(plan, seed: 1);

        // One goes first, then all others and its check, then their checks.
        Assert.Equal((12, TimeSpan.FromSeconds(3)), (run.Result.Subtasks.Count, run.Elapsed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_result_cache_keeps_no_result_that_comes_with_additions(bool isDurable)
    {
        await using var engine = new Engine(builder =>
        {
            AddTaskTypes(builder.UseResultCache(), TaskEffect.Pure);
            if (isDurable)
            {
                builder.UseRunStore(new MemoryRunStore(TimeProvider.System));
            }
        });
        for (int i = 0; i < 2; i++)
        {
            _ran.Clear();

            RunResult result = await engine.RunAsync(Pay);

            Assert.Equal(RunOutcome.Succeeded, result.Outcome);
            Assert.Equal(["a", "a/check", "pay"], _ran);
        }
    }

    [Theory]
    [InlineData(TaskEffect.Read)]
    [InlineData(TaskEffect.Pure)]
    public async Task A_failed_check_is_repeated_by_the_run_that_starts_from_its_run_also_when_equal_work_has_succeeded(TaskEffect effect)
    {
        _isCheckBroken = true;
        await using var engine = new Engine(builder => AddTaskTypes(builder, effect));
        await using OrchestrationRun old = await engine.StartAsync(plan => plan.Add("pay", "pay", after: [plan.Add("a", "find"), plan.Add("b", "find")]));
        Assert.Equal(SubtaskState.Skipped, (await old.EndAsync())["pay"].State);
        _isCheckBroken = false;
        _ran.Clear();

        await using OrchestrationRun run = await engine.Orchestrator.StartFromAsync(old, cancellationToken: TestEnd);

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(["a", "a/check", "b", "b/check"], _ran.SkipLast(1).Order());
        Assert.Equal("pay", _ran.Last());
    }

    [Fact]
    public async Task No_result_is_reused_for_work_of_which_one_attempt_has_added_something()
    {
        await using var engine = new Engine(builder => AddTaskTypes(builder, TaskEffect.Pure, adds: id => id == "a"));
        await using OrchestrationRun old = await engine.StartAsync(plan => plan.Add("pay", "pay", after: [plan.Add("b", "find", after: [plan.Add("a", "find")])]));
        await old.EndAsync();
        _ran.Clear();

        await using OrchestrationRun run = await engine.Orchestrator.StartFromAsync(old, cancellationToken: TestEnd);

        RunResult result = await run.EndAsync();
        Assert.Equal(["a", "b"], _ran);
        Assert.Equal(["a", "a/check", "b", "pay"], result.Subtasks.Select(subtask => subtask.Subtask.Id).Order());
    }

    [Fact]
    public async Task What_is_added_after_the_run_was_told_to_stop_is_added_by_the_run_that_starts_from_it()
    {
        var mayReturn = new TaskCompletionSource();
        await using var engine = new Engine(builder => AddTaskTypes(builder, TaskEffect.Read, _ => mayReturn.Task));
        await using OrchestrationRun old = await engine.StartAsync(Pay);
        await Engine.SeeAsync<AttemptStarted>(old);
        await old.CancelAsync(TestEnd);
        mayReturn.SetResult();
        Assert.Equal(RunOutcome.Cancelled, (await old.EndAsync()).Outcome);
        _ran.Clear();

        await using OrchestrationRun run = await engine.Orchestrator.StartFromAsync(old, cancellationToken: TestEnd);

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(["a", "a/check", "pay"], _ran);
    }

    private static void Pay(TaskPlanBuilder plan) => plan.Add("pay", "pay", after: [plan.Add("a", "find")]);

    private static Task Sleep(TaskContext context) => Task.Delay(TimeSpan.FromSeconds(1), context.TimeProvider);

    private void AddTaskTypes(IAgentOrchestrationBuilder builder, TaskEffect effect, Func<TaskContext, Task>? work = null, Predicate<string>? adds = null) => builder
        .AddTaskType(
            "find",
            "Finds what is to be checked.",
            async (None _, TaskContext context, CancellationToken _) =>
            {
                _ran.Enqueue(context.Subtask.Id);
                await (work?.Invoke(context) ?? Task.CompletedTask);
                if (adds?.Invoke(context.Subtask.Id) != false)
                {
                    context.AddSubtasks(plan => plan.Add("check", "check"));
                }

                return "found";
            },
            options => options.Effect = effect)
        .AddTaskType("check", "Checks.", async (None _, TaskContext context, CancellationToken _) =>
        {
            _ran.Enqueue(context.Subtask.Id);
            await (work?.Invoke(context) ?? Task.CompletedTask);
            return _isCheckBroken ? throw new InvalidDataException("It does not hold.") : "checked";
        })
        .AddTaskType(
            "pay",
            "Pays.",
            (None _, TaskContext context, CancellationToken _) =>
            {
                _ran.Enqueue(context.Subtask.Id);
                return ValueTask.FromResult("paid");
            },
            options => options.Effect = TaskEffect.Irreversible);
}
