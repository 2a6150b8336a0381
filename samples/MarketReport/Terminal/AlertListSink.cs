using AgentOrchestration.Monitoring;

namespace MarketReport.Terminal;

internal sealed class AlertListSink(AlertList list) : IAlertSink
{
    public void OnAlert(Alert alert) => list.Add(alert);
}
