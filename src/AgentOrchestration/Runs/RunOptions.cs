namespace AgentOrchestration.Runs;

/// <summary>How one run is executed.</summary>
public sealed record RunOptions
{
    /// <summary>How many subtasks run at a time, from 1. Default: 5.</summary>
    public int MaxParallelism { get; init; } = 5;

    /// <summary>
    /// How long code that was told to stop may go on before it is abandoned: its subtask ends without it, its late result is discarded,
    /// and its resources stay leased until it returns. Default: 30 seconds.
    /// </summary>
    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromSeconds(30);
}
