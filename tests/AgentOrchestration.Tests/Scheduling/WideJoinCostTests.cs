using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>What waits for everything that others add costs as much as is added and as waits, never the product of both.</summary>
public sealed class WideJoinCostTests
{
    private const string Slow = "slow";

    /// <summary>Shapes by name: the plan, and what a subtask adds.</summary>
    private static readonly Dictionary<string, (Action<TaskPlanBuilder, int> Plan, Action<TaskPlanBuilder, string, int> Add)> Shapes = new()
    {
        ["many joins over one growth"] = (
            static (plan, n) => AddMany(plan, "join", n, after: [plan.Add("grows", "work")]),
            static (plan, id, n) => AddMany(plan, "more", id == "grows" ? n : 0)),
        ["many joins over one growth that waits for something open"] = (
            static (plan, n) =>
            {
                plan.Add(Slow, "work");
                AddMany(plan, "join", n, after: [plan.Add("grows", "work")]);
            },
            static (plan, id, n) => AddMany(plan, "more", id == "grows" ? n : 0, after: [new SubtaskRef(Slow)])),
        ["optional joins over one growth"] = (
            static (plan, n) =>
            {
                SubtaskRef grows = plan.Add("grows", "work");
                for (int i = 0; i < n; i++)
                {
                    plan.Add($"join{i}", "work", options: new() { Optional = [grows] });
                }
            },
            static (plan, id, n) => AddMany(plan, "more", id == "grows" ? n : 0)),
        ["one join over many growths"] = (
            static (plan, n) =>
            {
                plan.Add(Slow, "work");
                SubtaskRef join = plan.Add("join", "work", after: AddMany(plan, "grows", n));
                AddMany(plan, "after", n, after: [join]);
            },
            static (plan, id, _) => AddMany(plan, "more", id.StartsWith("grows", StringComparison.Ordinal) ? 1 : 0, after: [new SubtaskRef(Slow)])),
        ["many joins that are added after a growth that has ended"] = (
            static (plan, _) => plan.Add("later", "work", after: [plan.Add("grows", "work")]),
            static (plan, id, n) => AddMany(plan, "more", id is "grows" or "later" ? n : 0, after: id == "later" ? [new SubtaskRef("grows")] : [])),
        ["many joins that are added after a growth that is open"] = (
            static (plan, _) =>
            {
                plan.Add(Slow, "work");
                plan.Add("later", "work", after: [plan.Add("grows", "work")], options: new() { WaitsForAdded = false });
            },
            static (plan, id, n) => AddMany(plan, "more", id is "grows" or "later" ? n : 0, after: [new SubtaskRef(id == "later" ? "grows" : Slow)])),
        ["many joins over a growth within a growth"] = (
            static (plan, n) => AddMany(plan, "join", n, after: [plan.Add("grows", "work")]),
            static (plan, id, n) => AddMany(plan, "more", id == "grows" ? n : 1)),
        ["many joins over a growth within a growth that waits for something open"] = (
            static (plan, n) =>
            {
                plan.Add(Slow, "work");
                AddMany(plan, "join", n, after: [plan.Add("grows", "work")]);
            },
            static (plan, id, n) => AddMany(plan, "more", id == "grows" ? n : 1, after: id == "grows" ? [] : [new SubtaskRef(Slow)])),
        ["additions of which all come after one of the joins"] = (
            static (plan, n) => AddMany(plan, "join", n, after: [plan.Add("grows", "work")]),
            static (plan, id, n) => AddMany(plan, "more", id == "grows" ? n : 0, after: [new SubtaskRef("join0")])),
        ["additions of which each comes after a join of its own"] = (
            static (plan, n) => AddMany(plan, "join", n, after: [plan.Add("grows", "work")]),
            static (plan, id, n) =>
            {
                for (int i = 0; i < (id == "grows" ? n : 0); i++)
                {
                    plan.Add($"more{i}", "work", after: [new SubtaskRef($"join{i}")]);
                }
            }
        ),
    };

    public static TheoryData<string> Names => [.. Shapes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_run_costs_what_is_added_and_what_waits(string shape) => Cost.IsLinear(count => Cost.BytesOf(() => Play(shape, count)), size: 250);

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_events_and_a_snapshot_cost_what_is_added_and_what_waits(string shape) => Cost.IsLinear(
        count =>
        {
            RunState state = Play(shape, count).State;
            return Cost.BytesOf(() =>
            {
                var names = new RunEventFactory("run", state.Graph);
                RunEvent[] events = [.. Enumerable.Range(0, state.History.Count).Select(index => names.Create(state.History[index], index))];
                Assert.Equal(RunOutcome.Succeeded, RunSnapshot.Fold(events).Outcome);
            });
        },
        size: 250);

    private static SubtaskRef[] AddMany(TaskPlanBuilder plan, string id, int count, SubtaskRef[]? after = null) =>
        [.. Enumerable.Range(0, count).Select(i => plan.Add($"{id}{i}", "work", after: after ?? []))];

    /// <summary>Runs a shape; what is slow ends when nothing else runs.</summary>
    private static DispatchCore Play(string shape, int count)
    {
        TaskGraph graph = GraphOf.Plan(plan => Shapes[shape].Plan(plan, count));
        var core = new DispatchCore(graph, RunResources.Alone(new ResourcePools([])), "run", new RunOptions { MaxParallelism = 2 });
        var commands = new HostCommands();
        Queue<AttemptStart> running = new();
        core.Start(now: 0, commands);
        while (true)
        {
            foreach (AttemptStart start in commands.Starts)
            {
                running.Enqueue(start);
            }

            commands.Clear();
            if (!running.TryDequeue(out AttemptStart next))
            {
                break;
            }

            string id = core.State.Graph.SubtaskAt(next.Subtask).Id;
            if (id == Slow && running.Count > 0)
            {
                running.Enqueue(next);
                continue;
            }

            core.Returned(next.Subtask, next.Attempt, new AttemptResult { Output = None.Value, Growth = GrowthOf(core, next.Subtask, id, shape, count) }, now: 0, commands);
        }

        Assert.Equal(RunOutcome.Succeeded, core.State.Outcome);
        Assert.True(core.State.Graph.Count > 2 * count);
        return core;
    }

    private static GraphGrowth? GrowthOf(DispatchCore core, int subtask, string id, string shape, int count)
    {
        GrowingGraph graph = core.State.Graph;
        if (id.Count('/') > 1 || id.StartsWith("join", StringComparison.Ordinal) || id.StartsWith("after", StringComparison.Ordinal) || id == Slow)
        {
            return null;
        }

        TaskPlan more = TaskPlan.Create(plan => Shapes[shape].Add(plan, id, count));
        return more.Subtasks.Count == 0 ? null : graph.Origin.Checker.CheckGrowth(more, graph, subtask, GrowthScope.ForAddition(graph, subtask), isJoined: false, out _)!;
    }
}
