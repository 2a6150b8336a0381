using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>An output that was there before; the output itself may be <see langword="null"/>.</summary>
internal sealed record CachedOutput(object? Output)
{
    /// <summary>Where it was.</summary>
    public OutputOrigin Origin { get; init; } = OutputOrigin.Cached;

    /// <summary>What making it used and took; <see langword="null"/> when that is not recorded.</summary>
    public AvoidedWork? Work { get; init; }
}
