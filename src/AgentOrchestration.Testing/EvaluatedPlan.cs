using AgentOrchestration.Plans;

namespace AgentOrchestration.Testing;

/// <summary>What became of one request of an evaluation.</summary>
/// <param name="Expected">The request, and what was expected.</param>
/// <param name="Plan">The plan; <see langword="null"/> when none passed the checks.</param>
/// <param name="Diagnostics">Why none did; empty when one did.</param>
public sealed record EvaluatedPlan(ExpectedPlan Expected, TaskPlan? Plan, IReadOnlyList<PlanDiagnostic> Diagnostics)
{
    /// <summary>Gets the score of the task types.</summary>
    /// <value>Without a plan nothing was planned.</value>
    public PlanScore Nodes { get; init; }

    /// <summary>Gets the score of the links.</summary>
    /// <value>Without a plan nothing was planned.</value>
    public PlanScore Links { get; init; }

    /// <summary>Gets the number of subtasks in the longest chain of dependent subtasks.</summary>
    /// <value>0 without a plan.</value>
    public int Depth { get; init; }

    /// <summary>Gets the expected duration of the longest chain, by estimates.</summary>
    /// <value>Zero without a plan.</value>
    public TimeSpan CriticalPath { get; init; }

    /// <summary>Gets what planning has used.</summary>
    /// <value><see langword="null"/> when the planner does not say.</value>
    public PlanningUsage? Planning { get; init; }
}
