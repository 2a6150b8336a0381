namespace AgentOrchestration.Monitoring;

/// <summary>Receives alerts. An exception is logged and harms nothing else; a call that blocks is waited for 2 seconds when the run is disposed of, then named in the log. Implementations must be safe for concurrent use.</summary>
public interface IAlertSink
{
    /// <summary>Receives an alert. Called once when a rule's condition becomes true, and again only after it was false.</summary>
    /// <param name="alert">The alert.</param>
    void OnAlert(Alert alert);
}
