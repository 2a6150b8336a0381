using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// Runs a graph through the dispatch core on a clock that jumps from event to event: exact, repeatable, and as fast as the core itself.
/// Things that happen at the same moment happen in the order in which they were decided.
/// </summary>
internal sealed class VirtualTimeHost
{
    private readonly DispatchCore _core;
    private readonly Func<int, int, VirtualAttempt> _attempts;
    private readonly TaskGraph _graph;
    private readonly string _runId;
    private readonly PriorityQueue<Action<long, List<Decision>>, (long Time, int Sequence)> _agenda = new();
    private int _sequence;

    /// <param name="graph">The graph.</param>
    /// <param name="resources">The ledger.</param>
    /// <param name="options">How the run is executed.</param>
    /// <param name="attempts">By subtask and attempt, how it goes.</param>
    /// <param name="runId">The run; seeds the jitter of its retries.</param>
    public VirtualTimeHost(TaskGraph graph, IResourceManager resources, RunOptions options, Func<int, int, VirtualAttempt> attempts, string runId = "virtual")
    {
        _graph = graph;
        _runId = runId;
        _attempts = attempts;
        _core = new DispatchCore(graph, resources, runId, options.MaxParallelism, mustIdentify: _ => false);
    }

    /// <summary>Runs to the end, from <see cref="DateTimeOffset.UnixEpoch"/> on.</summary>
    /// <returns>The events of the run.</returns>
    public IReadOnlyList<RunEvent> Run()
    {
        List<Decision> decisions = [];
        _core.Start(DateTimeOffset.UnixEpoch.Ticks, decisions);
        Schedule(decisions, DateTimeOffset.UnixEpoch.Ticks);
        while (_agenda.TryDequeue(out Action<long, List<Decision>>? happen, out (long Time, int Sequence) moment))
        {
            happen(moment.Time, decisions);
            Schedule(decisions, moment.Time);
        }

        var factory = new RunEventFactory(_runId, _graph);
        return [.. Enumerable.Range(0, _core.State.History.Count).Select(index => factory.Create(_core.State.History[index], index))];
    }

    private void Schedule(List<Decision> decisions, long now)
    {
        foreach (Decision decision in decisions)
        {
            if (decision.Kind == DecisionKind.Start)
            {
                VirtualAttempt attempt = _attempts(decision.Subtask, decision.Attempt);
                At(now + attempt.Duration.Ticks, (time, next) => Complete(decision, attempt, time, next));
            }
            else if (decision.Kind == DecisionKind.RetryLater)
            {
                At(decision.DueAt, (time, next) => _core.RetryDue(decision.Subtask, time, next));
            }
        }

        decisions.Clear();
    }

    private void Complete(Decision started, VirtualAttempt attempt, long now, List<Decision> decisions)
    {
        started.Lease?.Dispose();
        _ = attempt.Error is null
            ? _core.Succeeded(started.Subtask, started.Attempt, attempt.Output, now, decisions)
            : _core.Failed(started.Subtask, started.Attempt, attempt.Error, mayRetry: true, now, decisions);
    }

    private void At(long time, Action<long, List<Decision>> happen) => _agenda.Enqueue(happen, (time, _sequence++));
}
