namespace AgentOrchestration.Tests.Scheduling;

/// <summary>
/// What happens when, in virtual time: also the clock and the timers of pools that grow by themselves. What is due at the same moment happens
/// in an order that a seed chooses, as it would on threads.
/// </summary>
internal sealed class VirtualAgenda(int seed) : TimeProvider
{
    private const int MostSteps = 300_000;

    private readonly Random _random = new(seed);
    private readonly PriorityQueue<Action, (long Time, int Order)> _due = new();

    public long Now { get; private set; } = DateTimeOffset.UnixEpoch.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Put(long after, Action happen) => _due.Enqueue(happen, (Now + after, _random.Next()));

    /// <summary>Lets everything happen, until nothing is due any more.</summary>
    public void Play()
    {
        for (int step = 0; _due.TryDequeue(out Action? happen, out (long Time, int Order) moment); step++)
        {
            Assert.True(step < MostSteps, "It never ends.");
            Now = moment.Time;
            happen();
        }
    }

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => new(Now, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(VirtualAgenda agenda, TimerCallback callback, object? state) : ITimer
    {
        private int _changes;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            int change = ++_changes;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                agenda.Put(dueTime.Ticks, () =>
                {
                    if (change == _changes)
                    {
                        callback(state);
                    }
                });
            }

            return true;
        }

        public void Dispose() => _changes++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
