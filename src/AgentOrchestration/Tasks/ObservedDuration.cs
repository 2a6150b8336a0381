namespace AgentOrchestration.Tasks;

/// <summary>Describes the durations of the successful attempts of a task type. Can be written to JSON and read back.</summary>
/// <param name="TaskType">The task type.</param>
/// <param name="Seconds">How long they took, in seconds.</param>
/// <param name="Ratio">How long they took as a multiple of what their plan had estimated; only those with an estimate above zero.</param>
public sealed record ObservedDuration(string TaskType, LogStatistics Seconds, LogStatistics Ratio)
{
    /// <summary>Gets how long attempts took until they first showed progress, in seconds, where that was of use: for hedges and for shared prompts.</summary>
    /// <value>The default value has a count of 0: nothing was observed.</value>
    public LogStatistics FirstProgress { get; init; }
}
