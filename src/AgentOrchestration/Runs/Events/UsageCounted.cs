using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Events;

/// <summary>What an attempt that has ended used of models and money.</summary>
/// <param name="Attempt">Which, from 1.</param>
/// <param name="Usage">How much.</param>
public sealed record UsageCounted(int Attempt, TaskUsage Usage) : SubtaskEvent;
