namespace AgentOrchestration.Benchmarks.ManyRuns;

/// <summary>The same work by hand: every subtask a task, every limit a <see cref="SemaphoreSlim"/>. It knows no order, no fairness, no failure, no event.</summary>
internal sealed class SemaphoreRuns(SharedLimit limit, int subtasks, SubtaskBody body) : IContender
{
    private readonly SemaphoreSlim[] _semaphores = limit switch
    {
        SharedLimit.TwoPools => [new(SharedLimits.Places), new(SharedLimits.Places)],
        SharedLimit.KeyLimit => [.. Enumerable.Range(0, SharedLimits.Places).Select(static _ => new SemaphoreSlim(1))],
        _ => [new(SharedLimits.Places)],
    };

    public async Task RunAsync(int runs)
    {
        body.Close();
        Task[] started = [.. Enumerable.Range(0, runs).Select(_ => Task.WhenAll(Enumerable.Range(0, subtasks).Select(RunSubtaskAsync)))];
        body.Open();
        await Task.WhenAll(started);
    }

    public ValueTask DisposeAsync()
    {
        Array.ForEach(_semaphores, static semaphore => semaphore.Dispose());
        return ValueTask.CompletedTask;
    }

    private async Task RunSubtaskAsync(int subtask)
    {
        ArraySegment<SemaphoreSlim> needed = limit == SharedLimit.KeyLimit ? new ArraySegment<SemaphoreSlim>(_semaphores, subtask % SharedLimits.Places, 1) : _semaphores;
        foreach (SemaphoreSlim semaphore in needed)
        {
            await semaphore.WaitAsync();
        }

        try
        {
            await body.RunAsync();
        }
        finally
        {
            foreach (SemaphoreSlim semaphore in needed)
            {
                semaphore.Release();
            }
        }
    }
}
