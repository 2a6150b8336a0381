using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration;

/// <summary>The exception that is thrown when a plan was not approved (<c>PlanningOptions.ApprovePlan</c>). Of it only work that computes may have started early (<see cref="ExtraWork.EarlyShare"/>); its results are discarded.</summary>
/// <example>
/// <code>
/// try
/// {
///     ReportDocument report = await orchestrator.RunAsync&lt;ReportDocument&gt;(new OrchestrationRequest("Sales by region"), cancellationToken);
/// }
/// catch (PlanRejectedException exception)
/// {
///     Console.Error.WriteLine($"The plan was not approved:\n{exception.Plan.ToTree()}");
/// }
/// </code>
/// </example>
public sealed class PlanRejectedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="plan">The plan, which had passed every check.</param>
    public PlanRejectedException(TaskPlan plan)
        : base(Describe(plan)) => Plan = plan;

    /// <summary>Gets the plan that was rejected.</summary>
    /// <value>A plan that has passed every check.</value>
    public TaskPlan Plan { get; }

    private static string Describe(TaskPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return $"The plan for '{Excerpt.Of(plan.Goal)}', {plan.Subtasks.Count} subtasks, was not approved. It was not started.";
    }
}
