namespace AgentOrchestration.Testing.Stores;

/// <summary>The clock of a check: it stands until it is moved.</summary>
internal sealed class StoreClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public DateTimeOffset Now => _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now + Shift;

    public override long GetTimestamp() => _now.UtcTicks;

    /// <summary>How far the time of day is off; no lease may depend on it.</summary>
    public TimeSpan Shift { get; set; }

    public void Advance(TimeSpan time) => _now += time;
}
