namespace AgentOrchestration.Runs.Events;

/// <summary>Reports that the compensation of a subtask has started.</summary>
/// <param name="Attempt">The number of the try, from 1.</param>
public sealed record CompensationStarted(int Attempt) : SubtaskEvent;
