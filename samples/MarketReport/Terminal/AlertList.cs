using System.Collections.Concurrent;
using AgentOrchestration.Monitoring;

namespace MarketReport.Terminal;

/// <summary>Keeps the alerts of a run until the screen is free for them.</summary>
internal sealed class AlertList
{
    private readonly ConcurrentQueue<Alert> _alerts = new();

    public IReadOnlyCollection<Alert> Alerts => _alerts;

    public void Add(Alert alert) => _alerts.Enqueue(alert);
}
