using AgentOrchestration.Runs;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Why the code of a running attempt was asked to stop, and until when it is waited for.</summary>
/// <param name="Limit">The time limit that it ran into; <see langword="null"/> when it or its run was cancelled or stopped.</param>
/// <param name="AbandonAt">When it is no longer waited for, in UTC ticks.</param>
internal readonly record struct AttemptStop(TimeLimit? Limit, long AbandonAt)
{
    /// <summary>Whether running out of time is worth another attempt.</summary>
    public bool MayRetry { get; init; }

    /// <summary>Whether its subtask was cancelled after its time was up.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>Whether nothing that it returns is used, because it started early and its gate has closed, or its subtask has to wait for more.</summary>
    public bool IsDrop { get; init; }
}
