namespace AgentOrchestration.Scheduling.Search;

/// <summary>How long a search for a good schedule goes on. It ends earlier when it has found one that cannot be shorter.</summary>
public sealed record SearchBudget
{
    /// <summary>How many schedules are generated at most. Default: 5,000. A search that this ends is the same for the same seed.</summary>
    public int MaxSchedules { get; init; } = 5_000;

    /// <summary>How long it takes at most. Default: 50 ms.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMilliseconds(50);
}
