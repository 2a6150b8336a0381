namespace AgentOrchestration.Execution;

/// <summary>
/// Calls back again and again on a thread of its own, also when no thread of the pool is free. The thread wakes by the system's time as well
/// as by the given clock, because the timers of a clock call back on the pool; the callee asks the clock what is due.
/// </summary>
internal sealed class ThreadTimer : IDisposable
{
#pragma warning disable CA2213 // The thread that waits for it disposes of it.
    private readonly AutoResetEvent _wake = new(initialState: false);
#pragma warning restore CA2213
    private readonly TimeSpan _period;
    private readonly Action _what;
    private readonly ITimer _timer;
    private volatile bool _isOver;

    public ThreadTimer(string name, TimeProvider timeProvider, TimeSpan period, Action what)
    {
        _period = period;
        _what = what;
        _timer = timeProvider.CreateTimer(static timer => ((ThreadTimer)timer!).Wake(), this, period, period);
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Ends the thread, without waiting for it. May be called by what it calls back.</summary>
    public void Dispose()
    {
        _isOver = true;
        _timer.Dispose();
        Wake();
    }

    private void Run()
    {
        using (_wake)
        {
            while (true)
            {
                _wake.WaitOne(_period);
                if (_isOver)
                {
                    return;
                }

                _what();
            }
        }
    }

    private void Wake()
    {
        try
        {
            _wake.Set();
        }
        catch (ObjectDisposedException)
        {
            // The thread has ended.
        }
    }
}
