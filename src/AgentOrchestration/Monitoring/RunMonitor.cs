using AgentOrchestration.Execution;
using AgentOrchestration.Runs;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Monitoring;

/// <summary>Watches active runs and raises alerts: on snapshots of the process, when a condition becomes true, and on the ends of runs.</summary>
internal sealed class RunMonitor
{
    private readonly SystemMonitor _system;
    private readonly AlertRule[] _rules;
    private readonly IAlertSink[] _sinks;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly HashSet<string> _raised = new(StringComparer.Ordinal);

    public RunMonitor(SystemMonitor system, IEnumerable<AlertRule> rules, IEnumerable<IAlertSink> sinks, TimeProvider timeProvider, ILogger<RunMonitor> logger)
    {
        _system = system;
        _rules = [.. AlertRule.BuiltIn.Concat(rules).GroupBy(rule => rule.Name, StringComparer.Ordinal).Select(sameName => sameName.Last())];
        _sinks = [.. sinks];
        _timeProvider = timeProvider;
        _logger = logger;
        system.Sampled += OnSampled;
    }

    /// <summary>A run is about to start. <see cref="WatchAsync"/> follows, or <see cref="EndWatching"/> when it does not start.</summary>
    public void BeginWatching() => _system.RunStarted();

    public void EndWatching() => _system.RunEnded();

    /// <summary>Watches a run to its end.</summary>
    public async Task WatchAsync(IRunHandle run)
    {
        try
        {
            // Rules and sinks are code of others: they never run on the thread that started the run.
            await ((Task)run.Completion).ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
            if (!run.Completion.IsCompletedSuccessfully)
            {
                return;
            }

            RunOutcome outcome = await run.Completion.ConfigureAwait(false);
            foreach (AlertRule rule in _rules.Where(rule => rule.RunCondition is not null && Holds(rule, () => rule.RunCondition(outcome))))
            {
                Raise(new Alert(rule.Name, $"Run {run.RunId} {outcome}.", _timeProvider.GetUtcNow()) { RunId = run.RunId });
            }
        }
        finally
        {
            EndWatching();
        }
    }

    private void OnSampled(SystemSnapshot snapshot)
    {
        foreach (AlertRule rule in _rules.Where(rule => rule.SystemCondition is not null))
        {
            bool holds = Holds(rule, () => rule.SystemCondition!(snapshot));
            bool isNew;
            lock (_raised)
            {
                isNew = holds ? _raised.Add(rule.Name) : _raised.Remove(rule.Name) && false;
            }

            if (isNew)
            {
                string message = $"cpu {snapshot.CpuUtilization:P0}, memory {snapshot.MemoryBytes / 1024 / 1024} of {snapshot.MemoryLimitBytes / 1024 / 1024} MiB, {snapshot.ActiveRuns} active runs.";
                Raise(new Alert(rule.Name, message, snapshot.Time));
            }
        }
    }

    private bool Holds(AlertRule rule, Func<bool> condition)
    {
        try
        {
            return condition();
        }
        catch (Exception exception)
        {
            MonitoringLog.AlertRuleThrew(_logger, exception, rule.Name);
            return false;
        }
    }

    private void Raise(Alert alert)
    {
        foreach (IAlertSink sink in _sinks)
        {
            try
            {
                sink.OnAlert(alert);
            }
            catch (Exception exception)
            {
                MonitoringLog.AlertSinkThrew(_logger, exception, sink.GetType().Name);
            }
        }
    }
}
