namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Something for a host to do, other than to start an attempt.</summary>
/// <param name="Kind">What.</param>
/// <param name="Subtask">For which subtask; -1 for the run.</param>
internal readonly record struct HostCommand(HostCommandKind Kind, int Subtask = -1)
{
    public int Attempt { get; init; }

    /// <summary>When, in UTC ticks.</summary>
    public long DueAt { get; init; }
}
