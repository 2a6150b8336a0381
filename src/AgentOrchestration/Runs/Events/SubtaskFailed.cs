namespace AgentOrchestration.Runs.Events;

/// <summary>A subtask has failed for good. Ends its last attempt too.</summary>
/// <param name="Attempt">The attempt that failed last, from 1; 0 when it failed before any.</param>
/// <param name="Error">Why.</param>
public sealed record SubtaskFailed(int Attempt, SubtaskError Error) : SubtaskEvent;
