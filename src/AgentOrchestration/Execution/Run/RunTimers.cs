using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Execution.Run;

/// <summary>The timers of a run, apart from those of its attempts. Each fires once; what has not fired goes with the run. Safe for concurrent use.</summary>
internal sealed class RunTimers(TimeProvider timeProvider, Func<long> now)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ITimer> _timers = [];
    private bool _isOver;

    /// <summary>How long it is until a moment: in whole milliseconds, as timers count, and not too short.</summary>
    public TimeSpan Until(long dueAt)
    {
        double milliseconds = TimeSpan.FromTicks(Math.Max(0, dueAt - now())).TotalMilliseconds;
        return TimeSpan.FromMilliseconds(Math.Min(Math.Ceiling(milliseconds), RetryBackoff.Longest.TotalMilliseconds));
    }

    /// <summary>Calls back when it is time, and not before.</summary>
    public void At(long dueAt, Action what)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            ITimer? timer = null;
            timer = timeProvider.CreateTimer(_ => OnDue(timer, dueAt, what), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timers.Add(timer);
            timer.Change(Until(dueAt), Timeout.InfiniteTimeSpan);
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _isOver = true;
            foreach (ITimer timer in _timers)
            {
                timer.Dispose();
            }

            _timers.Clear();
        }
    }

    private void OnDue(ITimer? timer, long dueAt, Action what)
    {
        lock (_gate)
        {
            if (_isOver || timer is null)
            {
                return;
            }

            if (now() < dueAt)
            {
                timer.Change(Until(dueAt), Timeout.InfiniteTimeSpan);
                return;
            }

            _timers.Remove(timer);
            timer.Dispose();
        }

        what();
    }
}
