namespace AgentOrchestration.Forecasting;

/// <summary>Describes what is changed in another forecast.</summary>
public sealed record ForecastChange
{
    /// <summary>Gets the maximum number of subtasks at a time.</summary>
    /// <value>At least 1. The default value is <see langword="null"/>: unchanged.</value>
    public int? MaxParallelism { get; init; }

    /// <summary>Gets the changed capacities, by <see cref="ForecastPool.Name"/>.</summary>
    /// <value>In the unit of each pool. The default value is empty: unchanged.</value>
    public IReadOnlyDictionary<string, long> Capacities { get; init; } = new Dictionary<string, long>();

    /// <summary>Gets factors of the expected durations, by task type.</summary>
    /// <value>0.5 means twice as fast. The default value is empty: unchanged.</value>
    public IReadOnlyDictionary<string, double> DurationFactors { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// Gets, by the id of a subtask that works through a list made during the run, the number of items that is expected. A subtask of a plan within the
    /// plan has the id that it has in a run, such as <c>outer/each</c>.
    /// </summary>
    /// <value>From 0 to <c>MaxAddedSubtasks</c>. The default value is empty: as many as before.</value>
    public IReadOnlyDictionary<string, int> ExpectedItems { get; init; } = new Dictionary<string, int>();
}
