namespace AgentOrchestration.Runs.Events;

/// <summary>Reports that the cancellation of a running subtask was requested. Its code was cancelled.</summary>
public sealed record SubtaskCancelRequested : SubtaskEvent;
