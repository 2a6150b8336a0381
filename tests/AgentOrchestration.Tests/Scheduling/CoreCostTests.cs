using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>What the core costs as a run grows: in proportion to what happens, never to what is there.</summary>
public sealed class CoreCostTests
{
    [Fact]
    public void A_run_that_grows_many_times_costs_what_is_added() => Cost.IsLinear(count =>
    {
        TaskGraph graph = GraphOf.Plan(plan => AddMany(plan, count));
        var core = new DispatchCore(graph, RunResources.Alone(new ResourcePools([])), "run", new RunOptions { MaxParallelism = 1 });
        var commands = new HostCommands();
        core.Start(now: 0, commands);
        return Cost.BytesOf(() =>
        {
            int grown = 0;
            while (commands.Starts is [AttemptStart start])
            {
                commands.Clear();
                GraphGrowth? growth = start.Subtask < count && grown++ < count ? GrowthOf(core, start.Subtask) : null;
                core.Returned(start.Subtask, start.Attempt, new AttemptResult { Output = None.Value, Growth = growth }, now: 0, commands);
            }

            Assert.Equal((2 * count, RunOutcome.Succeeded), (core.State.Graph.Count, core.State.Outcome));
        });
    });

    [Fact]
    public void Replaying_a_run_that_has_grown_many_times_costs_what_was_added() => Cost.IsLinear(count =>
    {
        TaskGraph graph = GraphOf.Plan(plan => AddMany(plan, count));
        var core = new DispatchCore(graph, RunResources.Alone(new ResourcePools([])), "run", new RunOptions());
        return Cost.BytesOf(() =>
        {
            core.Replay(new RunFact(RunFactKind.RunStarted, time: 0));
            for (int subtask = 0; subtask < count; subtask++)
            {
                core.Replay(new RunFact(RunFactKind.AttemptStarted, 0, subtask, 1));
                core.Replay(new RunFact(RunFactKind.SubtaskSucceeded, 0, subtask, 1, payload: None.Value));
                core.Replay(new RunFact(RunFactKind.SubtasksAdded, 0, subtask, payload: GrowthOf(core, subtask)));
            }

            Assert.Equal(2 * count, core.State.Graph.Count);
        });
    });

    [Fact]
    public void Additions_that_depend_on_what_has_ended_cost_the_same_however_much_waits_for_them() => Cost.IsLinear(count =>
    {
        TaskGraph graph = GraphOf.Plan(plan =>
        {
            SubtaskRef first = plan.Add("first", "work");
            SubtaskRef last = plan.Add("join", "work", after: [.. Enumerable.Range(0, count).Select(i => plan.Add($"s{i}", "work", after: [first]))]);
            for (int i = 0; i < count; i++)
            {
                last = plan.Add($"chain{i}", "work", after: [last]);
            }
        });
        var core = new DispatchCore(graph, RunResources.Alone(new ResourcePools([])), "run", new RunOptions { MaxParallelism = 1 });
        var commands = new HostCommands();
        core.Start(now: 0, commands);
        return Cost.BytesOf(() =>
        {
            while (commands.Starts is [AttemptStart start])
            {
                commands.Clear();
                bool grows = core.State.Graph.SubtaskAt(start.Subtask).Id is ['s', ..] id && !id.Contains('/', StringComparison.Ordinal);
                core.Returned(start.Subtask, start.Attempt, new AttemptResult { Output = None.Value, Growth = grows ? GrowthOf(core, start.Subtask, after: "first") : null }, now: 0, commands);
            }

            Assert.Equal(((3 * count) + 2, RunOutcome.Succeeded), (core.State.Graph.Count, core.State.Outcome));
        });
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cancelling_waiting_subtasks_one_by_one_costs_the_same_for_each(bool isLastFirst) => Cost.IsLinear(count =>
    {
        DispatchCore core = Started(count, new RunOptions { MaxParallelism = 4 }, out HostCommands commands);
        long bytes = Cost.BytesOf(() =>
        {
            for (int i = 0; i < count; i++)
            {
                core.CancelSubtask(isLastFirst ? count - 1 - i : i, now: 0, commands);
            }
        });

        Assert.Equal(4, core.State.Running);
        Assert.Equal(4, core.State.Open);
        return bytes;
    });

    [Fact]
    public void A_budget_that_ends_while_subtasks_wait_costs_the_same_for_each() => Cost.IsLinear(count =>
    {
        TaskGraph graph = GraphOf.Plan(plan => AddMany(plan, count));
        var options = new RunOptions { MaxParallelism = 20, Budget = new RunBudget { MaxAttempts = 10, WhenExhausted = BudgetAction.Finish } };
        var core = new DispatchCore(graph, RunResources.Alone(new ResourcePools([])), "run", options);
        long bytes = Cost.BytesOf(() => core.Start(now: 0, new HostCommands()));

        Assert.Equal(10, core.State.Open);
        return bytes;
    });

    [Fact]
    public void Failures_that_a_run_can_do_without_cost_the_same_for_each() => Cost.IsLinear(count =>
    {
        TaskGraph graph = GraphOf.Plan(plan =>
        {
            SubtaskRef last = plan.Add("chain0", "work", after: [.. AddMany(plan, count)]);
            for (int i = 1; i < count; i++)
            {
                last = plan.Add($"chain{i}", "work", after: [last]);
            }

            plan.Add("end", "work", options: new() { Optional = [last] });
        });
        var core = new DispatchCore(graph, RunResources.Alone(new ResourcePools([])), "run", new RunOptions { MaxParallelism = int.MaxValue });
        var commands = new HostCommands();
        core.Start(now: 0, commands);
        AttemptStart[] starts = [.. commands.Starts];
        commands.Clear();
        long bytes = Cost.BytesOf(() =>
        {
            foreach (AttemptStart start in starts)
            {
                core.Returned(start.Subtask, start.Attempt, new AttemptResult { Error = new SubtaskError("Fault", "It fails.") }, now: 0, commands);
            }
        });

        Assert.Equal((count, 1), (starts.Length, core.State.Running));
        Assert.False(core.State.HasFailed);
        return bytes;
    });

    [Fact]
    public void A_run_copies_nothing_of_what_was_observed_of_other_task_types()
    {
        TaskGraph graph = GraphOf.Plan(plan => AddMany(plan, 2));
        BytesWith(10);

        Assert.Equal(BytesWith(10), BytesWith(10_000));

        long BytesWith(int taskTypes)
        {
            var observed = new ObservedDurations();
            observed.Restore(Enumerable.Range(0, taskTypes).Select(i => new ObservedDuration($"type{i}", default, default)));
            var core = new DispatchCore(graph, RunResources.Alone(new ResourcePools([])), "run", new RunOptions(), observed: observed);
            var commands = new HostCommands();
            long start = Cost.BytesOf(() => core.Start(now: 0, commands));
            return start + Cost.BytesOf(() => core.ResourcesReleased(TimeSpan.FromSeconds(1).Ticks, commands));
        }
    }

    private static SubtaskRef[] AddMany(TaskPlanBuilder plan, int count) => [.. Enumerable.Range(0, count).Select(i => plan.Add($"s{i}", "work"))];

    private static DispatchCore Started(int count, RunOptions options, out HostCommands commands)
    {
        TaskGraph graph = GraphOf.Plan(plan => AddMany(plan, count));
        var core = new DispatchCore(graph, RunResources.Alone(new ResourcePools([])), "run", options);
        core.Start(now: 0, commands = new HostCommands());
        commands.Clear();
        return core;
    }

    private static GraphGrowth GrowthOf(DispatchCore core, int subtask, string? after = null)
    {
        GrowingGraph graph = core.State.Graph;
        GraphGrowth? growth = graph.Origin.Checker.CheckGrowth(
            TaskPlan.Create(plan => plan.Add("more", "work", after: after is null ? [] : [new SubtaskRef(after)])), graph, subtask, GrowthScope.ForAddition(graph, subtask), isJoined: false, out _);
        return growth!;
    }
}
