namespace AgentOrchestration.Scheduling;

/// <summary>What is different in another forecast.</summary>
public sealed record ForecastChange
{
    /// <summary>How many subtasks run at a time, from 1. Default: as many as before.</summary>
    public int? MaxParallelism { get; init; }

    /// <summary>By <see cref="ForecastPool.Name"/>, how much there is in all, in the pool's unit. Default: as much as before.</summary>
    public IReadOnlyDictionary<string, long> Capacities { get; init; } = new Dictionary<string, long>();

    /// <summary>By task type, by how much what is to be expected is multiplied: 0.5 for twice as fast. Default: by nothing.</summary>
    public IReadOnlyDictionary<string, double> DurationFactors { get; init; } = new Dictionary<string, double>();
}
