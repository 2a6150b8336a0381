namespace AgentOrchestration.Runs.Events;

/// <summary>Reports that a subtask was compensated.</summary>
/// <param name="Attempt">The try that undid it, from 1.</param>
public sealed record SubtaskCompensated(int Attempt) : SubtaskEvent;
