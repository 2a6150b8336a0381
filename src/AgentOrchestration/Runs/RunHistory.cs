namespace AgentOrchestration.Runs;

/// <summary>
/// The facts of a run in order. One writer at a time appends; any number of readers read without a lock, because a fact is written
/// before the count that makes it visible and never changes again.
/// </summary>
internal sealed class RunHistory
{
    private const int FirstChunkBits = 4;
    private const int MaxChunks = 28;

    // Chunk k holds 16·2^k facts, so growing copies nothing and the index of a fact names its place.
    private readonly RunFact[]?[] _chunks = new RunFact[MaxChunks][];
    private TaskCompletionSource? _waiting;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Reads a fact below <see cref="Count"/>.</summary>
    public ref readonly RunFact this[int index]
    {
        get
        {
            (int chunk, int offset) = Locate(index);
            return ref _chunks[chunk]![offset];
        }
    }

    public void Append(in RunFact fact)
    {
        (int chunk, int offset) = Locate(_count);
        RunFact[] facts = _chunks[chunk] ??= new RunFact[1 << (FirstChunkBits + chunk)];
        facts[offset] = fact;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Wakes those who wait for more. Called by the writer after a batch of facts, outside its lock.</summary>
    public void Announce()
    {
        // Pairs with the barrier in WaitForMoreAsync: either we see the waiter, or it sees the new count.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _waiting) is not null)
        {
            Interlocked.Exchange(ref _waiting, null)?.TrySetResult();
        }
    }

    /// <summary>Returns when there are more facts than <paramref name="seen"/>.</summary>
    public async ValueTask WaitForMoreAsync(int seen, CancellationToken cancellationToken)
    {
        while (Count <= seen)
        {
            TaskCompletionSource waiting = Volatile.Read(ref _waiting) ?? Install();
            Interlocked.MemoryBarrier();
            if (Count > seen)
            {
                return;
            }

            await waiting.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private TaskCompletionSource Install()
    {
        var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Interlocked.CompareExchange(ref _waiting, fresh, null) ?? fresh;
    }

    private static (int Chunk, int Offset) Locate(int index)
    {
        int shifted = (index >> FirstChunkBits) + 1;
        int chunk = 31 - int.LeadingZeroCount(shifted);
        return (chunk, index - (((1 << chunk) - 1) << FirstChunkBits));
    }
}
