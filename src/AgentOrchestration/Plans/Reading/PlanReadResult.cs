using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Reading;

/// <summary>What an answer said.</summary>
/// <param name="Plan">The plan, as far as it was read, with what was repaired in its text.</param>
/// <param name="Diagnostics">Everything that is wrong with how it is written.</param>
internal sealed record PlanReadResult(TaskPlan Plan, IReadOnlyList<PlanDiagnostic> Diagnostics)
{
    /// <summary>Whether it was read to its end, so that what is not in the plan was not written either.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>Whether the answer may go back to the model as it was written.</summary>
    public required bool CanGoBack { get; init; }

    /// <summary>Gets the names of the task types whose schemas the answer requests.</summary>
    public IReadOnlyList<string> RequestedSchemas { get; init; } = [];

    /// <summary>The refusal of an answer with diagnostics.</summary>
    /// <param name="answer">The answer as it was written, when it was kept.</param>
    public PlanRefusal ToRefusal(string? answer) => new(Diagnostics)
    {
        Plan = IsWhole ? Plan : null,
        Answer = CanGoBack ? answer : null,
    };
}
