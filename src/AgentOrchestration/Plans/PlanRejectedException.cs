using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration;

/// <summary>Whoever was asked did not approve a plan (<c>PlanningOptions.ApprovePlan</c>). Nothing of it was run.</summary>
public sealed class PlanRejectedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="plan">The plan, which had passed every check.</param>
    public PlanRejectedException(TaskPlan plan)
        : base(Describe(plan)) => Plan = plan;

    /// <summary>The plan, which had passed every check.</summary>
    public TaskPlan Plan { get; }

    private static string Describe(TaskPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return $"The plan for '{Excerpt.Of(plan.Goal)}', {plan.Subtasks.Count} subtasks, was not approved. Nothing was started.";
    }
}
