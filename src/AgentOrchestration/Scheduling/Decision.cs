namespace AgentOrchestration.Scheduling;

/// <summary>Something for a host to do, other than to start an attempt.</summary>
/// <param name="Kind">What.</param>
/// <param name="Subtask">For which subtask; -1 for the run.</param>
internal readonly record struct Decision(DecisionKind Kind, int Subtask = -1)
{
    public int Attempt { get; init; }

    /// <summary>What the host keeps of the decision; the core does not look at it.</summary>
    public object? Host { get; init; }

    /// <summary>When, in UTC ticks.</summary>
    public long DueAt { get; init; }
}
