namespace AgentOrchestration.Runs.Events;

/// <summary>Reports that the run is paused: what runs continues to its end, and nothing else starts until <see cref="RunContinued"/>.</summary>
/// <param name="Reason">Why; <see langword="null"/> when nobody said so.</param>
public sealed record RunPaused(string? Reason) : RunEvent;
