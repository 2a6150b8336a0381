using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// An attempt for a host to start; it holds the lease until its code has returned. A host then reports that it has returned.
/// </summary>
/// <param name="Subtask">Of which subtask.</param>
/// <param name="Attempt">Its number.</param>
/// <param name="Lease">What it holds; <see langword="null"/> when it needs nothing.</param>
internal readonly record struct AttemptStart(int Subtask, int Attempt, ResourceLease? Lease)
{
    /// <summary>When it has to end; <see langword="null"/> for never.</summary>
    public AttemptEnds? Ends { get; init; }
}
