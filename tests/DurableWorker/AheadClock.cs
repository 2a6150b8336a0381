namespace DurableWorker;

/// <summary>The system's clock, some time ahead: the lease of a process that was killed has expired.</summary>
public sealed class AheadClock(TimeSpan ahead) : TimeProvider
{
    private long _ahead = ahead.Ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => base.GetTimestamp() / (base.TimestampFrequency / TimeSpan.TicksPerSecond) + Interlocked.Read(ref _ahead);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ahead, time.Ticks);
}
