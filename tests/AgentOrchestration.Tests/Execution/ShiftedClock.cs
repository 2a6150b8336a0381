using System.Collections.Concurrent;

namespace AgentOrchestration.Tests.Execution;

/// <summary>The system's time and timers, some time ahead: leases of processes that are gone expire without waiting.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private readonly ConcurrentDictionary<TimeSpan, TaskCompletionSource> _awaited = [];
    private TimeSpan _ahead;

    /// <summary>By what factor timers come sooner than they should: what looks for something once in a while looks more often.</summary>
    public int Haste { get; set; } = 1;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => base.GetTimestamp() / (base.TimestampFrequency / TimeSpan.TicksPerSecond) + _ahead.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, Sooner(dueTime), Sooner(period));
        if (_awaited.TryGetValue(dueTime, out TaskCompletionSource? awaited))
        {
            awaited.TrySetResult();
        }

        return timer;
    }

    /// <summary>Completes when somebody waits for so long.</summary>
    public Task TimerOf(TimeSpan dueTime) => _awaited.GetOrAdd(dueTime, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private TimeSpan Sooner(TimeSpan time) => time > TimeSpan.Zero ? time / Haste : time;

    public void Advance(TimeSpan time) => _ahead += time;
}
