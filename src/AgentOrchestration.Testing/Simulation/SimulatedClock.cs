namespace AgentOrchestration.Testing.Simulation;

/// <summary>Time that passes only when the simulation says so. Safe for concurrent use, so that code that strays does no harm here.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<(SimulatedTimer Timer, int Setting), (long DueAt, long Order)> _timers = new();
    private long _elapsed;
    private long _order;

    /// <summary>When every simulation begins.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _elapsed));

    /// <summary>When the next timer is due, from the start; <see langword="null"/> when none is set.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_gate)
            {
                return TryPeek(out long dueAt) ? TimeSpan.FromTicks(dueAt) : null;
            }
        }
    }

    public override DateTimeOffset GetUtcNow() => Start + Elapsed;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on to the next moment at which timers are due.</summary>
    /// <param name="due">Gets those timers, each with the setting under which it is due.</param>
    public void Advance(List<(SimulatedTimer Timer, int Setting)> due)
    {
        lock (_gate)
        {
            if (!TryPeek(out long dueAt))
            {
                return;
            }

            Volatile.Write(ref _elapsed, Math.Max(_elapsed, dueAt));
            while (TryPeek(out long next) && next <= dueAt)
            {
                due.Add(_timers.Dequeue());
            }
        }
    }

    public void Set(SimulatedTimer timer, TimeSpan? dueTime)
    {
        lock (_gate)
        {
            int setting = timer.Reset(isSet: dueTime is not null);
            if (dueTime is { } after)
            {
                _timers.Enqueue((timer, setting), (_elapsed + after.Ticks, _order++));
            }
        }
    }

    /// <summary>A timer that was set otherwise meanwhile is no longer due.</summary>
    private bool TryPeek(out long dueAt)
    {
        while (_timers.TryPeek(out (SimulatedTimer Timer, int Setting) next, out (long DueAt, long Order) priority))
        {
            if (next.Timer.IsSet(next.Setting))
            {
                dueAt = priority.DueAt;
                return true;
            }

            _timers.Dequeue();
        }

        dueAt = 0;
        return false;
    }
}
