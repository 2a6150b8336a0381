namespace AgentOrchestration.Runs.Events;

/// <summary>Somebody has asked to cancel a subtask of which an attempt is running. Its code has been told to stop.</summary>
public sealed record SubtaskCancelRequested : SubtaskEvent;
