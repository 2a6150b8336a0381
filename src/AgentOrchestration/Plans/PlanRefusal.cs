namespace AgentOrchestration.Plans;

/// <summary>What a decomposer answered before, and why it was refused.</summary>
/// <param name="Diagnostics">Everything that is wrong.</param>
public sealed record PlanRefusal(IReadOnlyList<PlanDiagnostic> Diagnostics)
{
    /// <summary>The refused plan, or <see langword="null"/> when the answer could not be read as one.</summary>
    public TaskPlan? Plan { get; init; }

    /// <summary>The answer as it was written, when it could not be read.</summary>
    public string? Answer { get; init; }
}
