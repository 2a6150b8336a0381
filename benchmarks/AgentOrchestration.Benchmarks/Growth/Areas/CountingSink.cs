using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Counts events, and completes when so many runs have ended.</summary>
internal sealed class CountingSink(int runs) : IRunEventSink
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = runs;
    private int _events;

    public bool IsEnabled => true;

    public int Events => _events;

    public Task Ended => _ended.Task;

    public void OnEvent(string runId, RunEvent runEvent)
    {
        Interlocked.Increment(ref _events);
        if (runEvent is RunEnded && Interlocked.Decrement(ref _left) == 0)
        {
            _ended.SetResult();
        }
    }
}
