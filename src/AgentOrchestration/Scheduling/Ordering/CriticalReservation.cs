using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>
/// Reserves ahead of time: the most urgent subtask that waits for nothing but running ones is going to be ready when the last of them is expected
/// to end, and what less urgent work would still hold of its resources then does not start. Work that ends before goes on. When what it
/// waits for takes longer than expected, the reservation is given up. No worker needs to be kept: the one it waits for leaves its own.
/// Source of the rule, there for the first job in a queue: Lifka, The ANL/IBM SP scheduling system (1995), known as EASY backfilling.
/// </summary>
internal sealed class CriticalReservation(RunState state, IResourceManager resources, ObservedDurations? observed)
{
    // What is later than expected by more than this part of its expected time has made the forecast wrong.
    private const double Patience = 0.25;
    private const long ShortestPatience = 50 * TimeSpan.TicksPerMillisecond;

    private readonly HashSet<int> _running = [];
    private readonly HashSet<int> _givenUp = [];
    private readonly double[] _seconds = state.Graph.Origin.Part.SecondsBy(subtask => observed?.SecondsOf(subtask) ?? subtask.EstimatedDuration?.TotalSeconds);
    private readonly double _mean = state.Graph.Origin.Part.SecondsBy(static subtask => subtask.EstimatedDuration?.TotalSeconds).DefaultIfEmpty().Average();

    // Of each planned subtask: when its latest attempt is expected to end, whether one has begun or none will, and how many of its dependencies have not begun.
    private readonly long[] _endsAt = new long[state.Graph.Count];
    private readonly bool[] _hasBegun = new bool[state.Graph.Count];
    private readonly int[] _unbegun = Array.ConvertAll(state.Graph.Origin.Dependencies, dependencies => dependencies.Length);

    // Those that wait for nothing but running ones, the most urgent first, and some that did; and for what each of them waits.
    private readonly PriorityQueue<int, long> _candidates = new();
    private readonly HashSet<int> _isCandidate = [];
    private readonly Dictionary<int, AwaitedEnds> _awaited = [];
    private int _read;
    private int _reservedFor = -1;
    private long _neededAt;
    private long _patientUntil;

    private GrowingGraph Graph => state.Graph;

    /// <summary>How many facts, dependencies and candidates were looked at so far.</summary>
    public long Visits { get; private set; }

    /// <summary>The subtask for which it is reserved; -1 for none.</summary>
    public int ReservedFor => _reservedFor;

    /// <summary>Whether what a subtask waits for has taken too long.</summary>
    public bool HasGivenUp(int subtask) => _givenUp.Contains(subtask);

    /// <summary>The order of urgency has changed.</summary>
    public void Reorder()
    {
        _candidates.Clear();
        _candidates.EnqueueRange(_isCandidate.Select(subtask => (subtask, Graph.UrgencyOf(subtask))));
    }

    /// <summary>Something has happened: decides for what to reserve from now on. Looks only at what has happened since the last time.</summary>
    public void Decide(long now)
    {
        for (RunHistory history = state.History; _read < history.Count; _read++)
        {
            Follow(history[_read]);
        }

        _reservedFor = -1;
        while (_candidates.TryPeek(out int subtask, out _) && !TryReserve(subtask, now))
        {
            Visits++;
            _candidates.Dequeue();
            _isCandidate.Remove(subtask);
        }
    }

    /// <summary>Until when a ready subtask has to wait at most, so that what is reserved is there, in UTC ticks; 0 for not at all.</summary>
    public long HeldUntil(int subtask, long now) =>
        _reservedFor < 0
        || Graph.UrgencyOf(_reservedFor) > Graph.UrgencyOf(subtask)
        || now + TicksOf(subtask) <= _neededAt
        || !IsInTheWay(Graph.NeedVectors[Graph.NeedVectorOf[subtask]])
            ? 0
            : _patientUntil + 1;

    private void Follow(in RunFact fact)
    {
        Visits++;
        int subtask = fact.Subtask;
        if (subtask < 0 || subtask >= _endsAt.Length)
        {
            return;
        }

        switch (fact.Kind)
        {
            case RunFactKind.AttemptStarted:
                _endsAt[subtask] = fact.Time + TicksOf(subtask);
                _running.Add(subtask);
                Begin(subtask);
                break;
            case RunFactKind.AttemptInterrupted or RunFactKind.AttemptFailed:
                _running.Remove(subtask);
                SetBegun(subtask, hasBegun: false);
                break;
            case RunFactKind.SubtaskSucceeded or RunFactKind.SubtaskFailed or RunFactKind.SubtaskSkipped or RunFactKind.SubtaskCancelled:
                _running.Remove(subtask);
                _awaited.Remove(subtask);
                SetBegun(subtask, hasBegun: true);
                break;
        }
    }

    private void Begin(int subtask)
    {
        if (_awaited.Count > 0)
        {
            foreach (int successor in Graph.PlannedSuccessors(subtask))
            {
                Visits++;
                _awaited.GetValueOrDefault(successor)?.Add(subtask, _endsAt[subtask], TicksOf(subtask));
            }
        }

        SetBegun(subtask, hasBegun: true);
    }

    private void SetBegun(int subtask, bool hasBegun)
    {
        if (_hasBegun[subtask] == hasBegun)
        {
            return;
        }

        _hasBegun[subtask] = hasBegun;
        foreach (int successor in Graph.PlannedSuccessors(subtask))
        {
            Visits++;
            _unbegun[successor] += hasBegun ? -1 : 1;
            if (_unbegun[successor] == 0 && state.StateOf(successor) == SubtaskState.Pending && _isCandidate.Add(successor))
            {
                _candidates.Enqueue(successor, Graph.UrgencyOf(successor));
                Await(successor);
            }
        }
    }

    /// <summary>Collects the running ones that a subtask waits for; later ones join when they begin.</summary>
    private void Await(int subtask)
    {
        if (_awaited.ContainsKey(subtask))
        {
            return;
        }

        var ends = new AwaitedEnds();
        _awaited.Add(subtask, ends);
        foreach (int dependency in Graph.Dependencies[subtask])
        {
            Visits++;
            if (_running.Contains(dependency))
            {
                ends.Add(dependency, _endsAt[dependency], TicksOf(dependency));
            }
        }
    }

    /// <returns>Whether it is reserved for a subtask; otherwise it is no candidate until one of its dependencies begins again.</returns>
    private bool TryReserve(int subtask, long now)
    {
        if (_unbegun[subtask] > 0 || state.StateOf(subtask) != SubtaskState.Pending || _givenUp.Contains(subtask) || !_awaited[subtask].TryFind(IsRunning, out long first, out long last, out long longest))
        {
            return false;
        }

        long patience = Math.Max(ShortestPatience, (long)(longest * Patience));
        if (now > first + patience)
        {
            _givenUp.Add(subtask);
            return false;
        }

        long readyAt = Math.Max(now, last);
        (_reservedFor, _neededAt, _patientUntil) = (subtask, readyAt, readyAt + patience);
        return true;
    }

    private bool IsRunning(int subtask, long endsAt) => state.StateOf(subtask) == SubtaskState.Running && _endsAt[subtask] == endsAt;

    /// <summary>Whether less than what is reserved would be left of a pool.</summary>
    private bool IsInTheWay(ResourceRequirements needs)
    {
        IReadOnlyList<ResourcePoolSnapshot>? pools = null;
        foreach (ResourceAmount reserved in Graph.NeedVectors[Graph.NeedVectorOf[_reservedFor]].Amounts)
        {
            long taken = needs.AmountOf(reserved.Name);
            if (taken > 0 && FreeThen(pools ??= resources.Snapshot(), reserved.Name) - taken < reserved.Amount)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What is free of a pool now, and what is expected to come back until the reservation is needed.</summary>
    private long FreeThen(IReadOnlyList<ResourcePoolSnapshot> pools, string name)
    {
        ResourcePoolSnapshot pool = pools.FirstOrDefault(pool => pool.Name == name);
        long free = pool.Free;
        foreach (int running in _running)
        {
            if (pool.Kind == ResourcePoolKind.Reusable && _endsAt[running] <= _neededAt)
            {
                free += Graph.NeedVectors[Graph.NeedVectorOf[running]].AmountOf(name);
            }
        }

        return free;
    }

    private long TicksOf(int subtask) => (long)(Math.Min(subtask < _seconds.Length ? _seconds[subtask] : _mean, ObservedDurations.Longest.TotalSeconds) * TimeSpan.TicksPerSecond);
}
