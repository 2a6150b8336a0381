using AgentOrchestration.Runs;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>An output that was there before; the output itself may be <see langword="null"/>.</summary>
internal sealed record CachedOutput(object? Output)
{
    /// <summary>Where it was.</summary>
    public OutputOrigin Origin { get; init; } = OutputOrigin.Cached;
}
