namespace AgentOrchestration.Benchmarks.ManyRuns;

/// <summary>What a subtask does: it waits until all runs have started, and then for a time, or lets others run.</summary>
internal sealed class SubtaskBody(TimeSpan duration)
{
    private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _executions;

    /// <summary>How often it has run.</summary>
    public int Executions => _executions;

    public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _gate.SetResult();

    public async Task RunAsync()
    {
        await _gate.Task;
        if (duration > TimeSpan.Zero)
        {
            await Task.Delay(duration);
        }
        else
        {
            await Task.Yield();
        }

        Interlocked.Increment(ref _executions);
    }
}
