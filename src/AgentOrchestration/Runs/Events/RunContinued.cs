namespace AgentOrchestration.Runs.Events;

/// <summary>Reports that the run is paused no longer.</summary>
public sealed record RunContinued : RunEvent;
