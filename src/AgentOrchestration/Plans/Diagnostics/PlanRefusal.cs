namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>What a decomposer answered before, and why it was refused; or what failed when it was run.</summary>
/// <param name="Diagnostics">Everything that is wrong; beyond the first hundred only how much.</param>
public sealed record PlanRefusal(IReadOnlyList<PlanDiagnostic> Diagnostics)
{
    /// <summary>
    /// The ids of subtasks that have succeeded, when the plan was run and failed. They are not done again if they stand in the next plan as they
    /// are. Default: none, the plan was not run.
    /// </summary>
    public IReadOnlyList<string> Finished { get; init; } = [];

    /// <summary>The refused plan, or <see langword="null"/> when the answer could not be read as one.</summary>
    public TaskPlan? Plan { get; init; }

    /// <summary>The answer as it was written, when it could not be read.</summary>
    public string? Answer { get; init; }

    /// <summary>
    /// What planning has used so far, this answer included. From a decomposer that refuses its own answer: what that one has used.
    /// Default: <see langword="null"/>; it is not known.
    /// </summary>
    public PlanningUsage? Planning { get; init; }
}
