namespace AgentOrchestration.Scheduling;

/// <summary>An output that was cached; the output itself may be <see langword="null"/>.</summary>
internal sealed record CachedOutput(object? Output);
