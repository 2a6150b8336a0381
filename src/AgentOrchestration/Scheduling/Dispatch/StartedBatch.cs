using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Attempts that start together, to share one call of their code. They take one worker and one lease, which is released when the last of them has returned.
/// </summary>
/// <param name="number">Its number in the run.</param>
/// <param name="lease">What they hold together; <see langword="null"/> when they need nothing.</param>
/// <param name="members">The subtasks, the most urgent first.</param>
internal sealed class StartedBatch(int number, ResourceLease? lease, int[] members)
{
    private int _holders = members.Length;

    /// <summary>What the facts say of it.</summary>
    public BatchMark Mark { get; } = new(number);

    public ResourceLease? Lease => lease;

    public IReadOnlyList<int> Members => members;

    /// <summary>How many of its attempts the run still waits for.</summary>
    public int Running { get; set; } = members.Length;

    /// <summary>An attempt has returned, or never begins. Safe for concurrent use.</summary>
    /// <returns>The lease, when it was the last and there is one.</returns>
    public ResourceLease? Leave() => Interlocked.Decrement(ref _holders) == 0 ? lease : null;
}
