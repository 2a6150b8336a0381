namespace AgentOrchestration.Runs.Events;

/// <summary>A subtask will not run.</summary>
/// <param name="Cause">The subtask that it comes from: one that it needs, directly or not; itself for its own condition.</param>
/// <param name="Reason">What is with that subtask.</param>
public sealed record SubtaskSkipped(string Cause, SkipReason Reason) : SubtaskEvent;
