namespace AgentOrchestration.Execution.Following;

/// <summary>Wakes those who wait for something new in a run. Costs next to nothing while nobody waits.</summary>
internal sealed class RunSignal(WorkerPool workers)
{
    private TaskCompletionSource? _waiting;

    /// <summary>There is something new, and it can be seen already.</summary>
    public void Raise()
    {
        // Pairs with the barrier in WaitAsync: either we see the waiter, or it sees what is new.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _waiting) is not null)
        {
            if (Interlocked.Exchange(ref _waiting, null) is { } waiting)
            {
                workers.Complete(waiting);
            }
        }
    }

    /// <summary>Returns when there may be something new that <paramref name="isThere"/> sees.</summary>
    public async ValueTask WaitAsync(Func<bool> isThere, CancellationToken cancellationToken)
    {
        while (!isThere())
        {
            TaskCompletionSource waiting = Volatile.Read(ref _waiting) ?? Install();
            Interlocked.MemoryBarrier();
            if (isThere())
            {
                return;
            }

            await waiting.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private TaskCompletionSource Install()
    {
        TaskCompletionSource fresh = workers.NewCompletion();
        return Interlocked.CompareExchange(ref _waiting, fresh, null) ?? fresh;
    }
}
