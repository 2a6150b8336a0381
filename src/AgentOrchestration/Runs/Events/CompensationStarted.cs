namespace AgentOrchestration.Runs.Events;

/// <summary>The work of a subtask is being undone.</summary>
/// <param name="Attempt">Which try of undoing it, from 1.</param>
public sealed record CompensationStarted(int Attempt) : SubtaskEvent;
