namespace AgentOrchestration.Runs.Events;

/// <summary>The work of a subtask was undone.</summary>
/// <param name="Attempt">The try that undid it, from 1.</param>
public sealed record SubtaskCompensated(int Attempt) : SubtaskEvent;
