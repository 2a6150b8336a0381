namespace AgentOrchestration.Tests.Execution;

/// <summary>The system's time and timers, some time ahead: leases of processes that are gone expire without waiting.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;

    public void Advance(TimeSpan time) => _ahead += time;
}
