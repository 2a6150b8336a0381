namespace AgentOrchestration.Runs;

/// <summary>Somebody has asked to cancel the run. Nothing new starts; what runs is told to stop.</summary>
public sealed record CancelRequested : RunEvent;
