namespace AgentOrchestration.Tests.Execution;

/// <summary>A place where work waits until the test lets it go on.</summary>
internal sealed class Checkpoint
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when work has come here.</summary>
    public Task Reached => _reached.Task.InTimeAsync(what: "work at a checkpoint");

    public void Open() => _open.TrySetResult();

    /// <summary>Waits until it is open. Without a token it ignores that it is asked to stop; but when a test has failed that would have opened it, the work ends some time.</summary>
    public async Task PassAsync(CancellationToken stop = default)
    {
        _reached.TrySetResult();
        await _open.Task.WaitAsync(Watchdog.LimitOfWork, stop);
    }
}
