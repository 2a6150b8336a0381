using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration;

/// <summary>Describes one error of a plan: what it is, where it is, and how to repair it.</summary>
/// <param name="Code">The kind.</param>
/// <param name="Path">The place in the plan's JSON, as a JSON pointer, such as <c>/subtasks/3/dependsOn/0</c>.</param>
/// <param name="Message">The error in words, with names.</param>
/// <param name="Remedy">A remedy.</param>
/// <example>
/// <code>
/// foreach (PlanDiagnostic diagnostic in orchestrator.Check(plan))
/// {
///     Console.WriteLine($"{diagnostic.Path}: {diagnostic.Message} {diagnostic.Remedy}");
/// }
/// </code>
/// </example>
public sealed record PlanDiagnostic(PlanDiagnosticCode Code, string Path, string Message, string Remedy)
{
    /// <summary>Gets the id of the subtask that the diagnostic is about.</summary>
    /// <value><see langword="null"/> when it is about the plan as a whole. The default value is <see langword="null"/>.</value>
    public string? SubtaskId { get; init; }

    /// <inheritdoc/>
    public override string ToString() => ShownText.Line($"{Path}: {Message} {Remedy}");
}
