using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing;

/// <summary>Makes graphs for unit tests of custom executors and scheduling policies: <c>await executor.StartAsync(TestGraph.Of(plan, taskTypes), new RunOptions(), ct)</c>.</summary>
public static class TestGraph
{
    /// <summary>Checks a plan and makes its graph.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="taskTypes">The task types that it uses.</param>
    /// <param name="capacities">The capacities of the resources that it requires. The default is those of this machine.</param>
    /// <returns>The graph.</returns>
    /// <exception cref="InvalidPlanException">The plan does not pass the checks.</exception>
    /// <example>
    /// <code>
    /// TaskDescriptor work = TaskDescriptor.For("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1));
    /// TaskGraph graph = TestGraph.Of(TaskPlan.Create(plan => plan.Add("only", "work")), [work]);
    /// </code>
    /// </example>
    public static TaskGraph Of(TaskPlan plan, IEnumerable<TaskDescriptor> taskTypes, ResourceRequirements? capacities = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(taskTypes);
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration();
        foreach (TaskDescriptor taskType in taskTypes)
        {
            builder.AddTaskType(taskType);
        }

        foreach (ResourceAmount capacity in capacities?.Amounts ?? [])
        {
            builder.AddResource(capacity.Name, capacity.Amount);
        }

        using ServiceProvider services = builder.Services.BuildServiceProvider();
        return services.GetRequiredService<PlanChecker>().Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics)
            ?? throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = plan });
    }
}
