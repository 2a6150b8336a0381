namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>A running attempt that has shown no progress.</summary>
/// <param name="Since">When it started, in UTC ticks.</param>
/// <param name="IsHedge">Whether it started beside another.</param>
internal readonly record struct SilentAttempt(long Since, bool IsHedge)
{
    /// <summary>Whether it has taken longer than nearly all need.</summary>
    public bool IsLate { get; init; }
}
