namespace AgentOrchestration.Forecasting;

/// <summary>The clock of a simulation, for what asks a clock: it stands still until the host moves it.</summary>
internal sealed class VirtualClock : TimeProvider
{
    /// <summary>The time, in UTC ticks.</summary>
    public long Now { get; set; } = DateTimeOffset.UnixEpoch.Ticks;

    /// <summary>Called with the time at which a timer is due, and what it does then.</summary>
    public Action<long, Action>? OnTimer { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => new(Now, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Fires once; setting it again replaces what was set before.</summary>
    private sealed class VirtualTimer(VirtualClock clock, Action fire) : ITimer
    {
        private int _version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            int version = ++_version;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                clock.OnTimer?.Invoke(clock.Now + dueTime.Ticks, () =>
                {
                    if (version == _version)
                    {
                        fire();
                    }
                });
            }

            return true;
        }

        public void Dispose() => _version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
