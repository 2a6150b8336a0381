namespace AgentOrchestration.Runs.Events;

/// <summary>The reader was too slow for some ticks. Facts are never lost.</summary>
/// <param name="Count">How many it missed here.</param>
public sealed record TicksLost(long Count) : RunEvent;
