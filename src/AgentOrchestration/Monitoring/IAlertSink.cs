namespace AgentOrchestration.Monitoring;

/// <summary>Receives alerts. An exception is logged and harms nothing else. Implementations must be safe for concurrent use.</summary>
public interface IAlertSink
{
    /// <summary>Receives an alert. Called once when a rule's condition becomes true, and again only after it was false.</summary>
    /// <param name="alert">The alert.</param>
    void OnAlert(Alert alert);
}
