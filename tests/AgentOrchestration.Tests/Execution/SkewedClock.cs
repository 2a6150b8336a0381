namespace AgentOrchestration.Tests.Execution;

/// <summary>A clock whose time of day is off, and can jump; its timestamps and timers are those of another.</summary>
internal sealed class SkewedClock(TimeProvider inner) : TimeProvider
{
    /// <summary>How far its time of day is ahead.</summary>
    public TimeSpan Skew { get; set; }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Skew;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
}
