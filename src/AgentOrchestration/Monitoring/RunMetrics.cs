using System.Diagnostics.Metrics;
using AgentOrchestration.Resources;
using AgentOrchestration.Results;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Endpoints;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Monitoring;

/// <summary>Counts and measures runs, and shows the resource pools. Tags are few and known beforehand: never the id of a run or a subtask.</summary>
internal sealed class RunMetrics : IRunEventSink, IDisposable
{
    private readonly Meter? _ownMeter;
    private readonly Histogram<double>? _subtaskDuration;
    private readonly Histogram<double>? _runDuration;
    private readonly Counter<long>? _attemptFailures;
    private readonly Counter<long>? _avoidedSubtasks;
    private readonly Counter<long>? _avoidedTokens;
    private readonly Counter<double>? _avoidedCost;
    private readonly Counter<long>? _extraSubtasks;
    private readonly Counter<long>? _extraTokens;
    private readonly Counter<double>? _extraCost;
    private readonly ILogger _logger;
    private readonly FoldedRuns _runs = new();

    public RunMetrics(IMeterFactory? meterFactory, IResourceManager resources, WaitingRoom shares, IEnumerable<IModelEndpoint> endpoints, ILogger<RunMetrics> logger)
    {
        _logger = logger;
#pragma warning disable CA2000 // The factory owns what it makes; our own is disposed below.
        Meter meter = meterFactory?.Create(OrchestrationDiagnostics.MeterName) ?? (_ownMeter = new Meter(OrchestrationDiagnostics.MeterName));
#pragma warning restore CA2000
        _subtaskDuration = Publish(() => meter.CreateHistogram<double>("agent_orchestration.subtask.duration", "s", "How long subtasks took, retries included."));
        _runDuration = Publish(() => meter.CreateHistogram<double>("agent_orchestration.run.duration", "s", "How long runs took."));
        _attemptFailures = Publish(() => meter.CreateCounter<long>("agent_orchestration.attempt.failures", "{attempt}", "Attempts that failed."));
        _avoidedSubtasks = Publish(() => meter.CreateCounter<long>("agent_orchestration.avoided.subtasks", "{subtask}", "Subtasks whose work was done before, by reason."));
        _avoidedTokens = Publish(() => meter.CreateCounter<long>("agent_orchestration.avoided.tokens", "{token}", "Tokens that avoided work used where it was done, by reason and by whether they are estimated."));
        _avoidedCost = Publish(() => meter.CreateCounter<double>("agent_orchestration.avoided.cost", "{cost}", "What avoided work cost where it was done, by reason and by whether it is estimated."));
        _extraSubtasks = Publish(() => meter.CreateCounter<long>("agent_orchestration.extra.subtasks", "{subtask}", "Subtasks that did more than was needed, by reason."));
        _extraTokens = Publish(() => meter.CreateCounter<long>("agent_orchestration.extra.tokens", "{token}", "Tokens that were used beside what was needed, by reason."));
        _extraCost = Publish(() => meter.CreateCounter<double>("agent_orchestration.extra.cost", "{cost}", "What was spent beside what was needed, by reason."));
        Publish(() => meter.CreateObservableUpDownCounter(
            "agent_orchestration.resource.capacity", () => Pools(resources, pool => pool.Capacity), "{unit}", "What there is of a resource in all."));
        Publish(() => meter.CreateObservableUpDownCounter(
            "agent_orchestration.resource.in_use", () => Pools(resources, pool => pool.InUse), "{unit}", "What of a resource is leased out, or used up and not grown again."));
        Publish(() => meter.CreateObservableCounter(
            "agent_orchestration.resource.use", () => Pools(resources, pool => pool.UnitSeconds), "{unit}.s", "What of a resource was in use, summed over time."));
        Publish(() => meter.CreateObservableUpDownCounter(
            "agent_orchestration.resource.waiting_runs", () => Waits(shares, wait => wait.Runs), "{run}", "Runs of which something waits for a resource."));
        Publish(() => meter.CreateObservableCounter(
            "agent_orchestration.resource.wait_time", () => Waits(shares, wait => wait.Waited.TotalSeconds), "s", "How long runs have waited for a resource."));
        IModelEndpoint[] all = [.. endpoints];
        if (all.Length > 0)
        {
            PublishEndpoints(meter, all);
        }
    }

    public bool IsEnabled => _subtaskDuration?.Enabled == true || _runDuration?.Enabled == true || _attemptFailures?.Enabled == true || CountsSavings;

    private bool CountsSavings => _avoidedSubtasks?.Enabled == true || _avoidedTokens?.Enabled == true || _avoidedCost?.Enabled == true
        || _extraSubtasks?.Enabled == true || _extraTokens?.Enabled == true || _extraCost?.Enabled == true;

    public void OnEvent(string runId, RunEvent runEvent)
    {
        if (_runs.Apply(runId, runEvent) is not { } run)
        {
            return;
        }

        if (runEvent is SubtaskEvent subtaskEvent)
        {
            Record(run.Get(subtaskEvent.SubtaskId), subtaskEvent);
        }
        else if (runEvent is RunEnded ended)
        {
            _runDuration?.Record((ended.Time - run.StartedAt).TotalSeconds, new KeyValuePair<string, object?>("outcome", ended.Outcome.ToString()));
            if (CountsSavings)
            {
                Record(RunSavings.Of(run.Build(), prices: null));
            }
        }
    }

    public void OnReplayed(string runId, RunEvent runEvent) => _runs.Apply(runId, runEvent);

    public void OnDetached(string runId) => _runs.Forget(runId);

    public void Dispose() => _ownMeter?.Dispose();

    private static IEnumerable<Measurement<T>> Pools<T>(IResourceManager resources, Func<ResourcePoolSnapshot, T> what)
        where T : struct =>
        resources.Snapshot().Select(pool => new Measurement<T>(what(pool), new KeyValuePair<string, object?>("resource", pool.Name)));

    private static IEnumerable<Measurement<T>> Waits<T>(WaitingRoom shares, Func<ResourceWait, T> what)
        where T : struct =>
        shares.Waits().Select(wait => new Measurement<T>(what(wait.Value), new KeyValuePair<string, object?>("resource", wait.Key)));

    private static IEnumerable<Measurement<T>> Endpoints<T>(IModelEndpoint[] endpoints, Func<ModelEndpointSnapshot, T> what)
        where T : struct =>
        endpoints.Select(endpoint => new Measurement<T>(what(endpoint.GetSnapshot()), new KeyValuePair<string, object?>("endpoint", endpoint.Name)));

    private void PublishEndpoints(Meter meter, IModelEndpoint[] endpoints)
    {
        Publish(() => meter.CreateObservableUpDownCounter(
            "agent_orchestration.endpoint.waiting", () => Endpoints(endpoints, endpoint => endpoint.Waiting), "{call}", "Calls that wait before the gate of an endpoint."));
        Publish(() => meter.CreateObservableUpDownCounter(
            "agent_orchestration.endpoint.in_flight", () => Endpoints(endpoints, endpoint => endpoint.InFlight), "{call}", "Calls that have been sent and not answered."));
        Publish(() => meter.CreateObservableGauge(
            "agent_orchestration.endpoint.paused", () => Endpoints(endpoints, endpoint => endpoint.PausedFor.TotalSeconds), "s", "For how long no call is sent, because one was rejected."));
        Publish(() => meter.CreateObservableCounter(
            "agent_orchestration.endpoint.sent", () => Endpoints(endpoints, endpoint => endpoint.Sent), "{call}", "Calls that were sent."));
        Publish(() => meter.CreateObservableCounter(
            "agent_orchestration.endpoint.rejected", () => Endpoints(endpoints, endpoint => endpoint.Rejected), "{call}", "Calls that an endpoint has rejected."));
        Publish(() => meter.CreateObservableCounter(
            "agent_orchestration.endpoint.wait_time", () => Endpoints(endpoints, endpoint => endpoint.Waited.TotalSeconds), "s", "How long calls have waited before the gate."));
    }

    /// <summary>Makes an instrument. A listener that throws when it is told of it gets no measurements of it, and nobody else either.</summary>
    private T? Publish<T>(Func<T> make)
        where T : class
    {
        try
        {
            return make();
        }
        catch (Exception exception)
        {
            MonitoringLog.MeterListenerThrew(_logger, exception);
            return null;
        }
    }

    private void Record(SubtaskSnapshot subtask, SubtaskEvent subtaskEvent)
    {
        var taskType = new KeyValuePair<string, object?>("task_type", subtask.Subtask.TaskType);
        if (subtaskEvent is AttemptFailed or AttemptDropped { Error: not null } or OutputDropped { Error: not null } or SubtaskFailed { Attempt: > 0 } or SubtaskSucceeded { Attempt: > 0, Error: not null })
        {
            _attemptFailures?.Add(1, taskType);
        }

        if (subtask.EndedAt is not null)
        {
            _subtaskDuration?.Record((subtask.Duration ?? TimeSpan.Zero).TotalSeconds, taskType, new KeyValuePair<string, object?>("state", subtask.State.ToString()));
        }
    }

    private void Record(RunSavings savings)
    {
        foreach (SavingsItem item in savings.Avoided)
        {
            var reason = new KeyValuePair<string, object?>("reason", item.Reason.ToString());
            _avoidedSubtasks?.Add(item.Subtasks, reason);
            Record(reason, item.Usage.Minus(item.Estimated), isEstimated: false);
            Record(reason, item.Estimated, isEstimated: true);
        }

        foreach (SavingsItem item in savings.Extra)
        {
            var reason = new KeyValuePair<string, object?>("reason", item.Reason.ToString());
            _extraSubtasks?.Add(item.Subtasks, reason);
            if (UsageSum.Of(item.Usage.InputTokens, item.Usage.OutputTokens) is > 0 and var tokens)
            {
                _extraTokens?.Add(tokens, reason);
            }

            if (item.Usage.Cost > 0)
            {
                _extraCost?.Add((double)item.Usage.Cost, reason);
            }
        }
    }

    private void Record(KeyValuePair<string, object?> reason, UsageTotal usage, bool isEstimated)
    {
        var estimated = new KeyValuePair<string, object?>("estimated", isEstimated);
        if (UsageSum.Of(usage.InputTokens, usage.OutputTokens) is > 0 and var tokens)
        {
            _avoidedTokens?.Add(tokens, reason, estimated);
        }

        if (usage.Cost > 0)
        {
            _avoidedCost?.Add((double)usage.Cost, reason, estimated);
        }
    }
}
