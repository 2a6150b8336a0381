namespace AgentOrchestration.Runs.Events;

/// <summary>An attempt of a subtask has started.</summary>
/// <param name="Attempt">The number of the attempt, from 1.</param>
public sealed record AttemptStarted(int Attempt) : SubtaskEvent;
