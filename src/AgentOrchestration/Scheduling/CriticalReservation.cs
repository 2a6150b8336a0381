using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling;

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

    private readonly List<int> _running = [];
    private readonly HashSet<int> _givenUp = [];
    private readonly double[] _seconds = state.Graph.Origin.Part.SecondsBy(subtask => observed?.SecondsOf(subtask) ?? subtask.EstimatedDuration?.TotalSeconds);
    private readonly long[] _endsAt = new long[state.Graph.Count];
    private readonly double _mean = state.Graph.Origin.Part.SecondsBy(static subtask => subtask.EstimatedDuration?.TotalSeconds).DefaultIfEmpty().Average();
    private int _reservedFor = -1;
    private long _neededAt;
    private long _patientUntil;

    private GrowingGraph Graph => state.Graph;

    /// <summary>An attempt begins.</summary>
    public void Begin(int subtask, long now)
    {
        if (subtask < _endsAt.Length)
        {
            _endsAt[subtask] = now + TicksOf(subtask);
            _running.Add(subtask);
            Decide(now);
        }
    }

    /// <summary>Something has happened: decides for what to reserve from now on.</summary>
    public void Decide(long now)
    {
        _running.RemoveAll(subtask => state.StateOf(subtask) != SubtaskState.Running);
        _reservedFor = -1;
        foreach (int running in _running)
        {
            foreach (int successor in Graph.PlannedSuccessors(running))
            {
                if ((_reservedFor < 0 || Graph.UrgencyOf(successor) < Graph.UrgencyOf(_reservedFor)) && !_givenUp.Contains(successor) && WaitsForRunningOnly(successor))
                {
                    Reserve(successor, now);
                }
            }
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

    private void Reserve(int subtask, long now)
    {
        long readyAt = now;
        long patience = ShortestPatience;
        foreach (int dependency in Graph.Dependencies[subtask])
        {
            if (state.StateOf(dependency) == SubtaskState.Running)
            {
                readyAt = Math.Max(readyAt, _endsAt[dependency]);
                patience = Math.Max(patience, (long)(TicksOf(dependency) * Patience));
                if (now > _endsAt[dependency] + patience)
                {
                    _givenUp.Add(subtask);
                    return;
                }
            }
        }

        (_reservedFor, _neededAt, _patientUntil) = (subtask, readyAt, readyAt + patience);
    }

    private bool WaitsForRunningOnly(int subtask)
    {
        if (subtask >= _endsAt.Length || state.StateOf(subtask) != SubtaskState.Pending)
        {
            return false;
        }

        foreach (int dependency in Graph.Dependencies[subtask])
        {
            if (dependency >= _endsAt.Length || state.StateOf(dependency) is SubtaskState.Pending or SubtaskState.Ready)
            {
                return false;
            }
        }

        return true;
    }

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
