namespace AgentOrchestration.Optimization;

/// <summary>How long results of pure task types are kept beyond their run.</summary>
public sealed class ResultCacheOptions
{
    /// <summary>How long a result is good. Default: 1 hour.</summary>
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromHours(1);
}
