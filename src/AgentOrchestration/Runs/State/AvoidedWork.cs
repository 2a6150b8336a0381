using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.State;

/// <summary>What making an output used and took, where it was made.</summary>
/// <param name="Usage">What the attempt used.</param>
/// <param name="Duration">How long it took, in ticks.</param>
internal sealed record AvoidedWork(TaskUsage Usage, long Duration);
