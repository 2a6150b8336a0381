namespace AgentOrchestration.Runs;

/// <summary>A subtask will not run, because one that it depends on, directly or not, has failed.</summary>
/// <param name="Cause">The subtask that failed.</param>
public sealed record SubtaskSkipped(string Cause) : SubtaskEvent;
