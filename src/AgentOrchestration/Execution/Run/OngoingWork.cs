namespace AgentOrchestration.Execution.Run;

/// <summary>Work that others may have to wait for. Safe for concurrent use.</summary>
internal sealed class OngoingWork
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _tasks = [];

    /// <summary>Work begins.</summary>
    /// <returns>To be given to <see cref="End"/>.</returns>
    public TaskCompletionSource Begin()
    {
        var work = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _tasks.Add(work.Task);
        }

        return work;
    }

    public void End(TaskCompletionSource work)
    {
        lock (_gate)
        {
            _tasks.Remove(work.Task);
        }

        work.TrySetResult();
    }

    /// <summary>Waits until all work has ended that has begun before.</summary>
    public Task WhenAllAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll([.. _tasks]);
        }
    }
}
