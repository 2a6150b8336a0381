namespace AgentOrchestration.Execution.Run;

/// <summary>The work of a subtask whose result the cache may keep.</summary>
/// <param name="watch">What it knows of equal work in other runs.</param>
internal sealed class CacheableWork(FlightWatch watch)
{
    private CachePlace? _place;
    private long _startedAt;

    public FlightWatch Watch { get; } = watch;

    /// <summary>Where its result is kept, as it was when it was looked for last.</summary>
    public CachePlace Place
    {
        get => Volatile.Read(ref _place)!;
        set => Volatile.Write(ref _place, value);
    }

    /// <summary>When its latest attempt started that did not start beside another, in UTC ticks.</summary>
    public long StartedAt
    {
        get => Volatile.Read(ref _startedAt);
        set => Volatile.Write(ref _startedAt, value);
    }
}
