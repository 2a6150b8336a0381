namespace AgentOrchestration.Optimization;

/// <summary>Configures the cache of plans.</summary>
public sealed class PlanCacheOptions
{
    /// <summary>Gets or sets the time for which a cached plan is valid.</summary>
    /// <value>Greater than zero. The default value is 1 day.</value>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromDays(1);
}
