namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>What a good planner would change about a valid plan. <see cref="TaskPlan.ToTree(PlanReview)"/> shows it with the plan.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Findings">The findings, the largest expected gain first; empty when there is nothing to change.</param>
/// <param name="Makespan">How long a run of the plan is expected to take.</param>
public sealed record PlanReview(TaskPlan Plan, IReadOnlyList<PlanFinding> Findings, TimeSpan Makespan)
{
    /// <summary>Gets the ids of the subtasks whose duration is known neither from the plan nor from an earlier run. The review takes them as long as the mean of the others.</summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyList<string> UnknownDurations { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', Findings.Select(finding => finding.ToString()));
}
