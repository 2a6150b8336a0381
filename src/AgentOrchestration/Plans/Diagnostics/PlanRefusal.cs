namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>Describes a refused answer of a decomposer with the reasons, or a plan that failed when it was run.</summary>
/// <param name="Diagnostics">Everything that is wrong; beyond the first hundred only how much.</param>
public sealed record PlanRefusal(IReadOnlyList<PlanDiagnostic> Diagnostics)
{
    /// <summary>
    /// Gets the ids of the subtasks that have succeeded, when the plan was run and failed. They are not run again if they are unchanged in the next
    /// plan.
    /// </summary>
    /// <value>The default value is empty: the plan was not run.</value>
    public IReadOnlyList<string> Finished { get; init; } = [];

    /// <summary>Gets the refused plan.</summary>
    /// <value><see langword="null"/> when the answer could not be read as a plan. The default value is <see langword="null"/>.</value>
    public TaskPlan? Plan { get; init; }

    /// <summary>Gets the answer as it was written, when it could not be read.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public string? Answer { get; init; }

    /// <summary>
    /// Gets what planning has used so far, including this answer. From a decomposer that refuses its own answer: the usage of that answer.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: unknown.</value>
    public PlanningUsage? Planning { get; init; }
}
