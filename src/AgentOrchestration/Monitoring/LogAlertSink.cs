using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Monitoring;

internal sealed class LogAlertSink(ILogger<LogAlertSink> logger) : IAlertSink
{
    public void OnAlert(Alert alert) => MonitoringLog.AlertRaised(logger, alert.Rule, alert.Message);
}
