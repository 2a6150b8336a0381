using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration;

/// <summary>One thing that is wrong with a plan: what, where, and what to do about it.</summary>
/// <param name="Code">What kind of thing.</param>
/// <param name="Path">The place in the plan's JSON, as a JSON pointer, such as <c>/subtasks/3/dependsOn/0</c>.</param>
/// <param name="Message">What is wrong, in words, with names.</param>
/// <param name="Remedy">What would repair it.</param>
public sealed record PlanDiagnostic(PlanDiagnosticCode Code, string Path, string Message, string Remedy)
{
    /// <summary>The subtask concerned, or <see langword="null"/> when the plan as a whole is.</summary>
    public string? SubtaskId { get; init; }

    /// <inheritdoc/>
    public override string ToString() => ShownText.Line($"{Path}: {Message} {Remedy}");
}
