namespace AgentOrchestration.Forecasting;

/// <summary>What is different in another forecast.</summary>
public sealed record ForecastChange
{
    /// <summary>How many subtasks run at a time, from 1. Default: as many as before.</summary>
    public int? MaxParallelism { get; init; }

    /// <summary>By <see cref="ForecastPool.Name"/>, how much there is in all, in the pool's unit. Default: as much as before.</summary>
    public IReadOnlyDictionary<string, long> Capacities { get; init; } = new Dictionary<string, long>();

    /// <summary>By task type, by how much what is to be expected is multiplied: 0.5 for twice as fast. Default: by nothing.</summary>
    public IReadOnlyDictionary<string, double> DurationFactors { get; init; } = new Dictionary<string, double>();

    /// <summary>
    /// Gets, by the id of a subtask that works through a list made during the run, the number of items that is expected. A subtask of a plan within the
    /// plan has the id that it has in a run, such as <c>outer/each</c>.
    /// </summary>
    /// <value>From 0 to <c>MaxAddedSubtasks</c>. The default value is empty: as many as before.</value>
    public IReadOnlyDictionary<string, int> ExpectedItems { get; init; } = new Dictionary<string, int>();
}
