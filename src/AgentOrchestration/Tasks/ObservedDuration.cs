namespace AgentOrchestration.Tasks;

/// <summary>Describes the durations of the successful attempts of a task type. Can be written to JSON and read back.</summary>
/// <param name="TaskType">The task type.</param>
/// <param name="Seconds">How long they took, in seconds.</param>
/// <param name="Ratio">How long they took as a multiple of what their plan had estimated; only those with an estimate above zero.</param>
public sealed record ObservedDuration(string TaskType, LogStatistics Seconds, LogStatistics Ratio);
