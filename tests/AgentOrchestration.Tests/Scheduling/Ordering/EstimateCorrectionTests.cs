using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Scheduling.Ordering;

/// <summary>Two kinds of work: the plan says that "calculate" takes longer, in truth "search" does.</summary>
public sealed class EstimateCorrectionTests
{
    [Fact]
    public void What_a_task_type_is_seen_to_take_orders_the_rest_of_the_run()
    {
        string[] started = StartsOf(Play(Plan(), searchTakes: 10, observed: null));

        // One of each has ended before the order is made anew.
        Assert.Equal(["calculate0", "calculate1", "calculate2", "calculate3", "search0"], started[..5]);
        Assert.Equal(["search1", "search2", "search3"], StartsOf(Play(Mixed(), searchTakes: 10, observed: null))[2..5]);
    }

    [Fact]
    public void The_order_stays_while_estimates_are_as_good_for_all()
    {
        string[] asPlanned = StartsOf(Play(Mixed(), searchTakes: 1, observed: null));

        Assert.Equal(["calculate1", "calculate2", "calculate3", "search1", "search2", "search3"], asPlanned[2..]);
    }

    [Fact]
    public void What_was_observed_in_earlier_runs_counts_with_what_this_one_shows()
    {
        var observed = new ObservedDurations();
        for (int run = 0; run < 1000; run++)
        {
            observed.Observe(new Subtask { Id = "before", TaskType = "search", EstimatedDuration = TimeSpan.FromSeconds(1) }, TimeSpan.FromSeconds(1));
        }

        // One attempt that took ten times as long says little beside a thousand.
        Assert.Equal("calculate1", StartsOf(Play(Mixed(), searchTakes: 10, observed))[2]);
        Assert.Equal(1000, observed.Snapshot().Single().Ratio.Count);
    }

    [Fact]
    public void A_plan_that_was_written_while_the_run_went_on_is_ordered_anew_too()
    {
        TaskGraph whole = Mixed();
        var core = new DispatchCore(whole.Checker.Nothing("Everything."), RunResources.Alone(new ResourcePools([])), "run", new RunOptions { MaxParallelism = 1 });
        var commands = new HostCommands();
        core.StartOpen(now: 0, commands);
        core.CompletePlan(whole, whole.Checker.CheckMoreOfPlan(whole.Plan, core.State.Graph, out _), SubtaskOrder.CriticalPathFirst, now: 0, commands);
        List<string> started = [];
        for (long now = 0; commands.Starts is [AttemptStart start];)
        {
            commands.Clear();
            Subtask subtask = core.State.Graph.SubtaskAt(start.Subtask);
            started.Add(subtask.Id);
            now += TimeSpan.FromSeconds(subtask.TaskType == "search" ? 10 : 2).Ticks;
            core.Returned(start.Subtask, start.Attempt, new AttemptResult { Output = None.Value }, now, commands);
        }

        Assert.Equal(["search1", "search2", "search3"], started[2..5]);
        Assert.Equal(8, started.Count);
    }

    private static TaskGraph Plan() => GraphOfTypes(plan =>
    {
        Add(plan, "calculate", 4, after: []);
        Add(plan, "search", 4, after: []);
    });

    /// <summary>One of each comes first, before the others.</summary>
    private static TaskGraph Mixed() => GraphOfTypes(plan =>
    {
        SubtaskRef[] first = [plan.Add("calculate0", "calculate", options: new() { EstimatedDuration = TimeSpan.FromSeconds(2) }), plan.Add("search0", "search", options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) })];
        Add(plan, "calculate", 3, first);
        Add(plan, "search", 3, first);
    });

    private static void Add(TaskPlanBuilder plan, string taskType, int count, SubtaskRef[] after)
    {
        for (int i = 0; i < count; i++)
        {
            plan.Add($"{taskType}{i + (after.Length > 0 ? 1 : 0)}", taskType, after: after, options: new() { EstimatedDuration = TimeSpan.FromSeconds(taskType == "search" ? 1 : 2) });
        }
    }

    private static TaskGraph GraphOfTypes(Action<TaskPlanBuilder> build)
    {
        var serializer = new PayloadSerializer(PayloadSerializer.DefaultOptions);
        TaskDescriptor[] types = [.. new[] { "search", "calculate" }.Select(name => TaskDescriptor.For(name, "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value)))];
        TaskGraph? graph = new PlanChecker(new TaskTypeRegistry(types, serializer), new ResourcePools([]), serializer).Check(TaskPlan.Create(build), out IReadOnlyList<PlanDiagnostic> diagnostics);
        Assert.Empty(diagnostics);
        return graph!;
    }

    private static IReadOnlyList<RunEvent> Play(TaskGraph graph, int searchTakes, ObservedDurations? observed) => new VirtualTimeHost(
        graph,
        new ResourcePools([]),
        new RunOptions { MaxParallelism = 1 },
        (subtask, _) => new VirtualAttempt(TimeSpan.FromSeconds(graph.Subtasks[subtask].TaskType == "search" ? searchTakes : 2)),
        observed: observed).Run();

    private static string[] StartsOf(IReadOnlyList<RunEvent> events) => [.. events.OfType<AttemptStarted>().Select(started => started.SubtaskId)];
}
