namespace DurableWorker;

/// <summary>The system's clock, some time ahead: the lease of a process that was killed has expired.</summary>
internal sealed class AheadClock(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}
