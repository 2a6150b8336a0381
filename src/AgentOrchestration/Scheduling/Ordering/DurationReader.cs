using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>Reads from the history of a run how long the attempts that succeeded took; each fact once, however often it reads on.</summary>
internal sealed class DurationReader(GrowingGraph graph)
{
    private long[] _startedAt = new long[graph.Count];
    private HashSet<int>? _deferred;
    private Dictionary<(int Subtask, int Attempt), long>? _hedgesStartedAt;
    private int _next;

    /// <summary>Observes what has happened since it was called last.</summary>
    public void ReadOn(RunHistory history, IObservedDurations observed)
    {
        Array.Resize(ref _startedAt, Math.Max(_startedAt.Length, graph.Count));
        for (; _next < history.Count; _next++)
        {
            ref readonly RunFact fact = ref history[_next];
            if (fact.Payload is HedgeMark)
            {
                (_hedgesStartedAt ??= []).Add((fact.Subtask, fact.Attempt), fact.Time);
            }
            else if (fact.Kind == RunFactKind.AttemptStarted)
            {
                _startedAt[fact.Subtask] = fact.Time;
            }
            else if (fact.Kind == RunFactKind.AttemptDeferred)
            {
                // What its answers took was not its attempt's time.
                (_deferred ??= []).Add(fact.Subtask);
            }
            else if (fact is { Kind: RunFactKind.OutputHeld } or { Kind: RunFactKind.SubtaskSucceeded, Attempt: > 0, Detail: not (byte)OutputOrigin.Fallback, Payload: not HeldOutput }
                && _deferred?.Contains(fact.Subtask) != true)
            {
                long startedAt = _hedgesStartedAt is not null && _hedgesStartedAt.TryGetValue((fact.Subtask, fact.Attempt), out long hedge) ? hedge : _startedAt[fact.Subtask];
                observed.Observe(graph.SubtaskAt(fact.Subtask), new TimeSpan(fact.Time - startedAt));
            }
        }
    }
}
