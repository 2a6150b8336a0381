namespace AgentOrchestration.Runs.Events;

/// <summary>The plan is still being written: subtasks have become known.</summary>
/// <param name="Subtasks">They.</param>
public sealed record PlanExtended(IReadOnlyList<Subtask> Subtasks) : RunEvent;
