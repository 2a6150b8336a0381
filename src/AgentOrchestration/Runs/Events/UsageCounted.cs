using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Events;

/// <summary>Reports the usage of an attempt that has ended.</summary>
/// <param name="Attempt">The number of the attempt, from 1.</param>
/// <param name="Usage">How much.</param>
public sealed record UsageCounted(int Attempt, TaskUsage Usage) : SubtaskEvent;
