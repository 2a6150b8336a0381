namespace AgentOrchestration.Testing.Simulation;

/// <summary>A timer of the simulated clock.</summary>
internal sealed class SimulatedTimer(SimulatedClock clock, TimerCallback callback, object? state) : ITimer
{
#pragma warning disable CA2213 // A captured context needs no disposal.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
#pragma warning restore CA2213
    private readonly SimulatedFlow? _flow = SimulatedFlow.Current;
    private TimeSpan _period = Timeout.InfiniteTimeSpan;
    private int _setting;
    private bool _isSet;
    private bool _isDisposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_isDisposed)
        {
            return false;
        }

        _period = period;
        clock.Set(this, dueTime == Timeout.InfiniteTimeSpan ? null : dueTime);
        return true;
    }

    public void Dispose()
    {
        _isDisposed = true;
        clock.Set(this, dueTime: null);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public bool IsSet(int setting) => _isSet && _setting == setting;

    /// <summary>For the clock: a new setting, or none.</summary>
    public int Reset(bool isSet)
    {
        _flow?.Timers += (isSet ? 1 : 0) - (_isSet ? 1 : 0);
        _isSet = isSet;
        return ++_setting;
    }

    /// <summary>Calls back, unless the timer was set otherwise meanwhile.</summary>
    public void Fire(int setting)
    {
        if (!IsSet(setting))
        {
            return;
        }

        clock.Set(this, _period > TimeSpan.Zero ? _period : null);
        if (_context is null)
        {
            callback(state);
        }
        else
        {
            ExecutionContext.Run(_context, static timer => ((SimulatedTimer)timer!).CallBack(), this);
        }
    }

    private void CallBack() => callback(state);
}
