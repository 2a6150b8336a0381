namespace AgentOrchestration.Runs.Events;

/// <summary>The run stops: nothing new starts, and what runs is told to stop.</summary>
/// <param name="Reason">Why.</param>
public sealed record StopRequested(StopReason Reason) : RunEvent;
