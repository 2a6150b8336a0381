namespace AgentOrchestration.Runs.Events;

/// <summary>A subtask was cancelled, alone or with its run.</summary>
/// <param name="Attempt">The attempt that was running, from 1; 0 when none was.</param>
public sealed record SubtaskCancelled(int Attempt) : SubtaskEvent;
