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
            TaskCompletionSource? ended = null;
            lock (_waiting)
            {
                if (_waiting.TryPeek(out _, out long due) && due <= Stopwatch.GetTimestamp())
                {
                    ended = _waiting.Dequeue();
                }
            }

            ended?.SetResult();
        }
    }
}
