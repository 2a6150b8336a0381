namespace AgentOrchestration.Optimization;

/// <summary>Configures the cache of results.</summary>
public sealed class ResultCacheOptions
{
    /// <summary>Gets or sets how long a result is valid, of task types that have no <see cref="TaskTypeOptions.CacheTimeToLive"/> of their own.</summary>
    /// <value>Greater than zero. The default value is 1 hour.</value>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromHours(1);
}
