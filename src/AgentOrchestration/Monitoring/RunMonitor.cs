using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Following;
using AgentOrchestration.Scheduling.Sharing;
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
    private readonly TimeSpan _longestGrace = TimeSpan.FromSeconds(30);
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
            await ((Task)run.Completion).ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            EndWatching();
        }
    }

    /// <summary>Raises what is to be said of the end of a run. Rules and sinks that block are not waited for without end; the log names them.</summary>
    public async Task AlertAsync(IRunHandle run, RunOutcome outcome)
    {
        AlertRule[] rules = [.. _rules.Where(rule => rule.RunCondition is not null)];
        if (rules.Length == 0)
        {
            return;
        }

        var raising = new Raising();

        // Rules and sinks are code of others: they never run on the thread that ends the run.
        Task raised = Task.Run(() => Raise(run, outcome, rules, raising));
        using var grace = new ObserverGrace(_timeProvider, _longestGrace, CancellationToken.None);
        if (!await grace.WaitAsync(raised, () => raising.Steps).ConfigureAwait(false))
        {
            MonitoringLog.AlertNotWaitedFor(_logger, run.RunId, raising.Now);
        }
    }

    private void Raise(IRunHandle run, RunOutcome outcome, AlertRule[] rules, Raising raising)
    {
        RunFlow.EnterSink(run.RunId);
        foreach (AlertRule rule in rules)
        {
            raising.Begin($"the rule {rule.Name}");
            if (Holds(rule, () => rule.RunCondition!(outcome)))
            {
                Raise(new Alert(rule.Name, $"Run {run.RunId} {outcome}.", _timeProvider.GetUtcNow()) { RunId = run.RunId }, raising);
            }
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

    private void Raise(Alert alert, Raising? raising = null)
    {
        foreach (IAlertSink sink in _sinks)
        {
            raising?.Begin($"the sink {sink.GetType().Name}");
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

    /// <summary>How far the alerts of a run have come.</summary>
    private sealed class Raising
    {
        private long _steps;
        private volatile string _now = "the first rule";

        public long Steps => Interlocked.Read(ref _steps);

        /// <summary>Whose code runs.</summary>
        public string Now => _now;

        public void Begin(string what)
        {
            _now = what;
            Interlocked.Increment(ref _steps);
        }
    }
}
