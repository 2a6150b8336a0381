namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>Wakes the gate of an endpoint, and gives it the time in seconds. Used inside the gate.</summary>
#pragma warning disable CA1001 // Its timer is due once: after the end of the application it finds nobody to wake.
internal sealed class EndpointTimer(TimeProvider timeProvider, Action wake)
#pragma warning restore CA1001
{
    private readonly long _madeAt = timeProvider.GetTimestamp();
    private ITimer? _timer;
    private double _dueAt = double.MaxValue;

    public double Now => timeProvider.GetElapsedTime(_madeAt).TotalSeconds;

    /// <summary>Wakes after a time, or before if that was asked for.</summary>
    public void WakeIn(double seconds)
    {
        double now = Now;
        if (_dueAt > now && _dueAt <= now + seconds)
        {
            return;
        }

        _dueAt = now + seconds;
        _timer ??= Create();

        // Timers count whole milliseconds; one that comes early would find too little.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(seconds * 1_000) + 1, 1, int.MaxValue)), Timeout.InfiniteTimeSpan);
    }

    private ITimer Create()
    {
        // It serves all callers: it must not carry the ambient values (activity, culture…) of the first along.
        using AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        return timeProvider.CreateTimer(static state => ((EndpointTimer)state!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        _dueAt = double.MaxValue;
        wake();
    }
}
