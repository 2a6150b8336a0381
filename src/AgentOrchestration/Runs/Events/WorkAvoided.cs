using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Events;

/// <summary>
/// Reports that the output of a subtask was made before, so that this run need not do the work: its next event is <see cref="SubtaskSucceeded"/>. There is
/// none where nothing is recorded of that work.
/// </summary>
/// <param name="Usage">What the attempt used that made the output, as it was recorded then.</param>
/// <param name="Duration">How long that attempt took.</param>
public sealed record WorkAvoided(TaskUsage Usage, TimeSpan Duration) : SubtaskEvent;
