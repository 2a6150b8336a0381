namespace AgentOrchestration.Scheduling.Search;

/// <summary>Limits the search for a good schedule. It ends earlier when it has found one that cannot be shorter.</summary>
public sealed record SearchBudget
{
    /// <summary>
    /// Gets the maximum number of schedules that are generated. A search that ends by this limit gives the same result for the same seed.
    /// </summary>
    /// <value>The default value is 5,000.</value>
    public int MaxSchedules { get; init; } = 5_000;

    /// <summary>Gets the maximum duration of the search.</summary>
    /// <value>The default value is 50 milliseconds.</value>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMilliseconds(50);
}
