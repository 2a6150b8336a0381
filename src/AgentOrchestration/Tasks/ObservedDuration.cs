namespace AgentOrchestration.Tasks;

/// <summary>How long the attempts of a task type that succeeded took. Can be written to JSON and read back.</summary>
/// <param name="TaskType">The task type.</param>
/// <param name="Seconds">How long they took, in seconds.</param>
/// <param name="Ratio">How long they took as a multiple of what their plan had estimated; only those with an estimate above zero.</param>
public sealed record ObservedDuration(string TaskType, LogStatistics Seconds, LogStatistics Ratio);
