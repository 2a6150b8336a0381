namespace AgentOrchestration.Optimization;

/// <summary>How long plans are kept.</summary>
public sealed class PlanCacheOptions
{
    /// <summary>How long a plan is good. Default: 1 day.</summary>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromDays(1);
}
