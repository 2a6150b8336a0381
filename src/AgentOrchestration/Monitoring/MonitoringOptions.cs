namespace AgentOrchestration.Monitoring;

/// <summary>How closely the process is watched.</summary>
public sealed class MonitoringOptions
{
    /// <summary>How often a snapshot is taken while a run is active, from 10 milliseconds to a day. Default: 1 second.</summary>
    public TimeSpan SamplingInterval { get; set; } = TimeSpan.FromSeconds(1);
}
