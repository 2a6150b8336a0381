namespace AgentOrchestration.Runs;

/// <summary>A subtask was cancelled with its run.</summary>
/// <param name="Attempt">The attempt that was running, from 1; 0 when none was.</param>
/// <param name="Abandoned">Whether its code ignored the cancellation and may still be running; it keeps its resources until it returns.</param>
public sealed record SubtaskCancelled(int Attempt, bool Abandoned) : SubtaskEvent;
