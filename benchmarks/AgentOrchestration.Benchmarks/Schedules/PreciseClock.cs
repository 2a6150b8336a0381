using System.Diagnostics;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>
/// Waits that end within microseconds of when they should: a thread that looks at the clock without pause. Timers of the system are a
/// millisecond or more late, which adds up along a chain.
/// </summary>
internal sealed class PreciseClock : IDisposable
{
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private readonly Thread _thread;
    private volatile bool _isOver;
    private long _next = long.MaxValue;

    public PreciseClock()
    {
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public Task WaitAsync(TimeSpan time)
    {
        long due = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            _waiting.Enqueue(waiting, due);
            Volatile.Write(ref _next, Math.Min(_next, due));
        }

        return waiting.Task;
    }

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
    }

    private void Run()
    {
        while (!_isOver)
        {
            // The lock is taken only when something is due, or those who come to wait would hardly get it.
            if (Stopwatch.GetTimestamp() >= Volatile.Read(ref _next))
            {
                EndFirst();
            }
            else
            {
                // Whoever has work to do on this processor may do it.
                Thread.Yield();
            }
        }
    }

    private void EndFirst()
    {
        TaskCompletionSource ended;
        lock (_waiting)
        {
            ended = _waiting.Dequeue();
            Volatile.Write(ref _next, _waiting.TryPeek(out _, out long due) ? due : long.MaxValue);
        }

        ended.SetResult();
    }
}
