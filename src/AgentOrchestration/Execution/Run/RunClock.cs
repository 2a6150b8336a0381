namespace AgentOrchestration.Execution.Run;

/// <summary>The time of a run, in UTC ticks. It never runs backwards, whatever happens to the clock of the system.</summary>
internal sealed class RunClock(TimeProvider timeProvider)
{
    private readonly long _startedAt = timeProvider.GetUtcNow().UtcTicks;
    private readonly TimeProvider _timeProvider = timeProvider;
    private readonly long _startTimestamp = timeProvider.GetTimestamp();
    private readonly double _ticksPerStamp = (double)TimeSpan.TicksPerSecond / timeProvider.TimestampFrequency;

    public long Now() => _startedAt + (long)((_timeProvider.GetTimestamp() - _startTimestamp) * _ticksPerStamp);
}
