using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>Graphs for tests of the engine, made through the plan check like all others.</summary>
internal static class GraphOf
{
    public static TaskGraph Plan(Action<TaskPlanBuilder> build, IResourceManager? resources = null, Action<TaskTypeOptions>? options = null)
    {
        var taskType = TaskDescriptor.For("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value), options);
        return Check(build, taskType, resources ?? new ResourcePools([]));
    }

    private static TaskGraph Check(Action<TaskPlanBuilder> build, TaskDescriptor taskType, IResourceManager resources)
    {
        var serializer = new PayloadSerializer(PayloadSerializer.DefaultOptions);
        var checker = new PlanChecker(new TaskTypeRegistry([taskType], serializer), resources, serializer);
        TaskGraph? graph = checker.Check(TaskPlan.Create(build), out IReadOnlyList<PlanDiagnostic> diagnostics);
        Assert.Empty(diagnostics);
        return graph!;
    }

    /// <summary>A graph of a type whose code takes several subtasks at a time.</summary>
    public static TaskGraph Batches(Action<TaskPlanBuilder> build)
    {
        var taskType = TaskDescriptor.ForBatch<None, None>(
            "work", "Works.", (inputs, _, _) => ValueTask.FromResult<IReadOnlyList<None>>([.. inputs]), options => options.Effect = TaskEffect.Read);
        return Check(build, taskType, new ResourcePools([]));
    }

    /// <summary>Three steps of 100 ms in a row beside one of 300 ms, then a join.</summary>
    public static TaskGraph UnequalBranches() => Plan(plan =>
    {
        SubtaskRef start = plan.Add("start", "work", options: new() { EstimatedDuration = TimeSpan.Zero });
        SubtaskRef first = plan.Add("first", "work", after: [start], options: new() { EstimatedDuration = TimeSpan.FromMilliseconds(100) });
        SubtaskRef second = plan.Add("second", "work", after: [first], options: new() { EstimatedDuration = TimeSpan.FromMilliseconds(100) });
        SubtaskRef third = plan.Add("third", "work", after: [second], options: new() { EstimatedDuration = TimeSpan.FromMilliseconds(100) });
        SubtaskRef long1 = plan.Add("long", "work", after: [start], options: new() { EstimatedDuration = TimeSpan.FromMilliseconds(300) });
        plan.Add("join", "work", after: [third, long1], options: new() { EstimatedDuration = TimeSpan.Zero });
    });
}
