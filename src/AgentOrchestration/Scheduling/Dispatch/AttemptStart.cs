using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// An attempt for a host to start; it holds the lease until its code has returned. A host then reports that it has returned.
/// </summary>
/// <param name="Subtask">Of which subtask.</param>
/// <param name="Attempt">Its number.</param>
/// <param name="Lease">What it holds, alone or with its batch; <see langword="null"/> when it needs nothing.</param>
internal readonly record struct AttemptStart(int Subtask, int Attempt, ResourceLease? Lease)
{
    /// <summary>With which others it starts, to share one call of their code and what they hold; <see langword="null"/> when it is alone.</summary>
    public StartedBatch? Batch { get; init; }

    /// <summary>Whether its subtask waits for something that may still go wrong.</summary>
    public bool IsEarly { get; init; }

    /// <summary>The attempt that it starts beside; 0 when it starts alone.</summary>
    public int HedgeOf { get; init; }

    /// <summary>When it has to end; <see langword="null"/> for never.</summary>
    public AttemptEnds? Ends { get; init; }

    /// <summary>The attempt has returned, or never begins.</summary>
    /// <returns>What is to be released: its lease, or that of its batch when it is the last.</returns>
    public ResourceLease? Leave() => Batch is null ? Lease : Batch.Leave();
}
