namespace AgentOrchestration.Monitoring;

/// <summary>Configures the monitoring of the process.</summary>
public sealed class MonitoringOptions
{
    /// <summary>Gets or sets the interval at which a snapshot is taken while a run is active.</summary>
    /// <value>From 10 milliseconds to a day. The default value is 1 second.</value>
    public TimeSpan SamplingInterval { get; set; } = TimeSpan.FromSeconds(1);
}
