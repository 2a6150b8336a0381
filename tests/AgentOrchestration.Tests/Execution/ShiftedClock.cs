namespace AgentOrchestration.Tests.Execution;

/// <summary>The system's time and timers, some time ahead: leases of processes that are gone expire without waiting.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => base.GetTimestamp() / (base.TimestampFrequency / TimeSpan.TicksPerSecond) + _ahead.Ticks;

    public void Advance(TimeSpan time) => _ahead += time;
}
