namespace DurableWorker;

/// <summary>A clock that runs faster than the system's from a moment on. Processes that have the moment from one place have the same time.</summary>
internal sealed class FastClock(DateTimeOffset from, int factor) : TimeProvider
{
    public override long TimestampFrequency => base.TimestampFrequency / factor;

    public override DateTimeOffset GetUtcNow() => from + ((base.GetUtcNow() - from) * factor);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(base.CreateTimer(callback, state, Shorten(dueTime), Shorten(period)), this);

    private TimeSpan Shorten(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / factor;

    private sealed class FastTimer(ITimer timer, FastClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(clock.Shorten(dueTime), clock.Shorten(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
