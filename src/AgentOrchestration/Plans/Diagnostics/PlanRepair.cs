namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>One thing that was repaired in a plan that a decomposer made, without asking again and without changing what the plan means.</summary>
/// <param name="Code">The kind.</param>
/// <param name="Path">
/// The place in the plan's JSON as it was written, as a JSON pointer, such as <c>/subtasks/3/dependsOn/0</c>; empty for the answer as a
/// whole.
/// </param>
/// <param name="Found">The finding in words, with names.</param>
/// <param name="Done">What was done.</param>
/// <param name="Reason">Why that changes no meaning, or which of two statements was believed and why.</param>
public sealed record PlanRepair(PlanRepairCode Code, string Path, string Found, string Done, string Reason)
{
    /// <summary>Gets the id of the subtask that was repaired.</summary>
    /// <value><see langword="null"/> when the repair is about the plan as a whole. The default value is <see langword="null"/>.</value>
    public string? SubtaskId { get; init; }

    /// <inheritdoc/>
    public override string ToString() => ShownText.Line($"{Path}: {Found} {Done} {Reason}");
}
