using System.Collections.Concurrent;
using AgentOrchestration.Monitoring;

namespace AgentOrchestration.Tests.Monitoring;

internal sealed class RecordingAlertSink : IAlertSink
{
    private readonly ConcurrentQueue<Alert> _alerts = [];

    public IReadOnlyList<Alert> Alerts => [.. _alerts];

    public void OnAlert(Alert alert) => _alerts.Enqueue(alert);
}
