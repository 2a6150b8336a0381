using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Events;

/// <summary>Reports the usage of an attempt that has ended, or of answers that came for it.</summary>
/// <param name="Attempt">The number of the attempt, from 1.</param>
/// <param name="Usage">How much.</param>
public sealed record UsageCounted(int Attempt, TaskUsage Usage) : SubtaskEvent
{
    /// <summary>Gets a value that indicates whether a batch endpoint has answered calls of the subtask, and no code takes the answers any more.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool IsUnused { get; init; }
}
