namespace AgentOrchestration.Runs.State;

/// <summary>Why subtasks are skipped: one object for all that follow from it.</summary>
/// <param name="Subtask">The subtask that the skipping comes from.</param>
/// <param name="Reason">What is with it.</param>
internal sealed record SkipCause(int Subtask, SkipReason Reason);
