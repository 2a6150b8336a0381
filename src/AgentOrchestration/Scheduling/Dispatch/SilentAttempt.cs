namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>A running attempt that has shown no progress.</summary>
/// <param name="Since">When it started, in UTC ticks.</param>
/// <param name="IsHedge">Whether it started beside another.</param>
internal readonly record struct SilentAttempt(long Since, bool IsHedge)
{
    /// <summary>When to look at it, in UTC ticks; <see cref="long.MaxValue"/> as long as too little is known.</summary>
    public long LookAt { get; init; } = long.MaxValue;

    /// <summary>Whether it has taken longer than nearly all need.</summary>
    public bool IsLate { get; init; }
}
