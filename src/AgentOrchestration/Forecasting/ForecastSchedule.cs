using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Forecasting;

/// <summary>What happened when in a simulated run, read from its history; by the graph's indices, in ticks from the start of the run.</summary>
internal sealed class ForecastSchedule
{
    private const long None = -1;

    private readonly GrowingGraph _graph;
    private readonly RunHistory _history;
    private readonly long[] _start;
    private readonly long[] _end;
    private readonly long[] _readyAt;
    private readonly long[] _addedAt;
    private readonly int[] _addedBy;
    private readonly int[] _startFact;
    private readonly long[] _chainLength;
    private readonly int[] _chainBefore;

    public ForecastSchedule(RunState run, IReadOnlyDictionary<string, long> capacities, IReadOnlyList<ResourcePoolSnapshot> pools, int workers)
    {
        _graph = run.Graph;
        _history = run.History;
        Count = _graph.Count;
        _start = Filled(None);
        _end = Filled(None);
        _readyAt = new long[Count];
        _addedAt = new long[Count];
        _addedBy = new int[Count];
        Array.Fill(_addedBy, -1);
        _startFact = new int[Count];
        Array.Fill(_startFact, -1);
        _chainLength = new long[Count];
        _chainBefore = new int[Count];
        States = new SubtaskState[Count];
        Slack = new long[Count];
        ReadForwards();
        Pools = new ForecastPools(_graph, capacities, pools);
        ReadBackwards(Pools, workers);
    }

    public int Count { get; }

    public GrowingGraph Graph => _graph;

    public ForecastPools Pools { get; }

    public long Makespan { get; private set; }

    public RunOutcome? Outcome { get; private set; }

    public SubtaskState[] States { get; }

    public long[] Slack { get; }

    /// <summary>Whether an attempt of it started.</summary>
    public bool Ran(int subtask) => _start[subtask] != None;

    public long StartOf(int subtask) => Ran(subtask) ? _start[subtask] : EndOf(subtask);

    /// <summary>When the work on a subtask begins; on one that is made of others with their becoming part of the run.</summary>
    public long BeginOf(int subtask) => Ran(subtask) ? _start[subtask] : _graph.PartsOf(subtask).Select(part => _addedAt[part]).DefaultIfEmpty(EndOf(subtask)).First();

    public long EndOf(int subtask) => _end[subtask] == None ? Makespan : _end[subtask];

    public long ReadyAt(int subtask) => _readyAt[subtask];

    /// <summary>The longest chain of dependent work.</summary>
    public (IReadOnlyList<int> Subtasks, long Length) LongestChain()
    {
        List<int> chain = [];
        int last = Enumerable.Range(0, Count).DefaultIfEmpty(-1).MaxBy(subtask => subtask < 0 ? 0 : _chainLength[subtask]);
        for (int subtask = last; subtask >= 0; subtask = _chainBefore[subtask])
        {
            if (Ran(subtask))
            {
                chain.Add(subtask);
            }
        }

        chain.Reverse();
        return (chain, last < 0 ? 0 : _chainLength[last]);
    }

    /// <summary>
    /// From the end of the run back to its start without a gap: each starts when the one before it ends, because it depends on it or
    /// starts in its place.
    /// </summary>
    public IReadOnlyList<int> CriticalChain()
    {
        List<int> chain = [];
        int next = Enumerable.Range(0, Count).Where(Ran).DefaultIfEmpty(-1).MaxBy(subtask => subtask < 0 ? 0 : EndOf(subtask));
        while (next >= 0)
        {
            chain.Add(next);
            next = _start[next] > _readyAt[next] ? EndedBefore(_startFact[next], _start[next]) : DependencyUntil(next, _start[next]);
        }

        chain.Reverse();
        return chain;
    }

    private void ReadForwards()
    {
        long origin = _history.Count == 0 ? 0 : _history[0].Time;
        for (int index = 0; index < _history.Count; index++)
        {
            RunFact fact = _history[index];
            long time = fact.Time - origin;
            Makespan = time;
            switch (fact.Kind)
            {
                case RunFactKind.SubtasksAdded:
                    var growth = (GraphGrowth)fact.Payload!;
                    _addedAt.AsSpan(growth.Offset, growth.Part.Count).Fill(time);
                    _addedBy.AsSpan(growth.Offset, growth.Part.Count).Fill(growth.Parent);
                    break;
                case RunFactKind.AttemptStarted when !Ran(fact.Subtask):
                    _start[fact.Subtask] = time;
                    _startFact[fact.Subtask] = index;
                    _readyAt[fact.Subtask] = Math.Max(_addedAt[fact.Subtask], _graph.Dependencies[fact.Subtask].Select(EndOf).DefaultIfEmpty().Max());
                    break;
                case RunFactKind.OutputDropped:
                    (_start[fact.Subtask], _startFact[fact.Subtask]) = (None, -1);
                    break;
                case RunFactKind.SubtaskSucceeded when fact.Payload is HeldOutput:
                    // Its work was done before; what it ends with is the end of what it has waited for.
                    _start[fact.Subtask] = _readyAt[fact.Subtask] = time;
                    End(fact, time, SubtaskState.Succeeded);
                    break;
                case RunFactKind.RunEnded:
                    Outcome = (RunOutcome)fact.Detail;
                    break;
                default:
                    if (StateAfter(fact.Kind) is { } state)
                    {
                        End(fact, time, state);
                    }

                    break;
            }
        }
    }

    private void End(in RunFact fact, long time, SubtaskState state)
    {
        States[fact.Subtask] = state;
        _end[fact.Subtask] = time;
        FollowChain(fact.Subtask);
    }

    private static SubtaskState? StateAfter(RunFactKind kind) => kind switch
    {
        RunFactKind.SubtaskSucceeded => SubtaskState.Succeeded,
        RunFactKind.SubtaskFailed => SubtaskState.Failed,
        RunFactKind.SubtaskSkipped => SubtaskState.Skipped,
        RunFactKind.SubtaskCancelled => SubtaskState.Cancelled,
        _ => null,
    };

    private void FollowChain(int subtask)
    {
        int before = -1;
        long longest = EndOf(subtask) - StartOf(subtask);
        foreach (int earlier in Before(subtask))
        {
            // What has started early counts from the end of what it waited for.
            long length = _chainLength[earlier] + EndOf(subtask) - Math.Max(StartOf(subtask), EndOf(earlier));
            (before, longest) = length > longest || (before < 0 && length == longest) ? (earlier, length) : (before, longest);
        }

        _chainBefore[subtask] = before;
        _chainLength[subtask] = longest;
    }

    /// <summary>
    /// The latest times at which all could end, from the end of the run backwards. What is read later in the history has its time already,
    /// so one pass suffices, also where things take no time. A start that leaves no room for one more has to wait for all that ended before
    /// it, so it limits their ends as those that depend on them do. So does one that had waited: of all that ended when it started.
    /// </summary>
    private void ReadBackwards(ForecastPools pools, int workers)
    {
        long[] latestStart = Filled(Makespan);
        long[] inUse = new long[pools.Names.Length];
        long[] latestInPool = new long[pools.Names.Length];
        Array.Fill(latestInPool, Makespan);
        long latestWithWorker = Makespan;
        (long Moment, long Latest) waited = (None, Makespan);
        int running = 0;
        for (int index = _history.Count - 1; index >= 0; index--)
        {
            RunFact fact = _history[index];
            int subtask = fact.Subtask;
            if (fact.Kind == RunFactKind.SubtasksAdded)
            {
                var growth = (GraphGrowth)fact.Payload!;
                latestStart[subtask] = Math.Min(latestStart[subtask], latestStart.AsSpan(growth.Offset, growth.Part.Count).ToArray().Min());
            }
            else if (fact.Kind == RunFactKind.AttemptStarted && _startFact[subtask] == index)
            {
                latestStart[subtask] -= EndOf(subtask) - _start[subtask];
                if (_start[subtask] > _readyAt[subtask])
                {
                    waited = (_start[subtask], Math.Min(latestStart[subtask], waited.Moment == _start[subtask] ? waited.Latest : Makespan));
                }

                latestWithWorker = running >= workers ? Math.Min(latestWithWorker, latestStart[subtask]) : latestWithWorker;
                running--;
                foreach ((int pool, long amount) in pools.ReusableOf(subtask))
                {
                    bool isFull = pools.Capacities[pool] - inUse[pool] < pools.LargestNeeds[pool];
                    latestInPool[pool] = isFull ? Math.Min(latestInPool[pool], latestStart[subtask]) : latestInPool[pool];
                    inUse[pool] -= amount;
                }
            }
            else if (StateAfter(fact.Kind) is not null)
            {
                long latest = LatestBeforeSuccessors(subtask, latestStart);
                if (Ran(subtask))
                {
                    latest = Math.Min(latest, EndOf(subtask) == waited.Moment ? Math.Min(latestWithWorker, waited.Latest) : latestWithWorker);
                    running++;
                    foreach ((int pool, long amount) in pools.ReusableOf(subtask))
                    {
                        latest = Math.Min(latest, latestInPool[pool]);
                        inUse[pool] += amount;
                    }
                }

                Slack[subtask] = latest - EndOf(subtask);
                latestStart[subtask] = latest;
            }
        }
    }

    private long LatestBeforeSuccessors(int subtask, long[] latestStart)
    {
        long latest = Makespan;
        foreach (int successor in _graph.PlannedSuccessors(subtask))
        {
            latest = Math.Min(latest, latestStart[successor]);
        }

        _graph.AddedSuccessors(subtask)?.ForEach(successor => latest = Math.Min(latest, latestStart[successor]));
        foreach (EndWaiter waiter in _graph.Ends.WaitersFor(subtask))
        {
            latest = Math.Min(latest, latestStart[waiter.Subtask]);
        }

        return latest;
    }

    /// <summary>The latest attempt that had returned at a moment, before something else started at the same one.</summary>
    private int EndedBefore(int factIndex, long time)
    {
        long origin = _history[0].Time;
        for (int index = factIndex - 1; index >= 0 && _history[index].Time - origin == time; index--)
        {
            if (StateAfter(_history[index].Kind) is not null && Ran(_history[index].Subtask))
            {
                return _history[index].Subtask;
            }
        }

        return -1;
    }

    /// <summary>What ran until a moment and had to end before a subtask; what ran no attempt of its own only passes the time on.</summary>
    private int DependencyUntil(int subtask, long time)
    {
        HashSet<int> seen = [];
        Stack<int> open = new([subtask]);
        while (open.TryPop(out int next))
        {
            foreach (int earlier in Before(next))
            {
                if (EndOf(earlier) == time && Ran(earlier))
                {
                    return earlier;
                }

                if (!Ran(earlier) && seen.Add(earlier))
                {
                    open.Push(earlier);
                }
            }
        }

        return -1;
    }

    /// <summary>What has to end before a subtask: what it depends on, the parts it is made of, and what the one that added it depends on.</summary>
    private IEnumerable<int> Before(int subtask)
    {
        IEnumerable<int> before = _graph.Dependencies[subtask];
        if (!_graph.HasGrown)
        {
            return before;
        }

        before = before.Concat(_graph.PartsOf(subtask)).Concat(_graph.AwaitedBy(subtask));
        return _addedBy[subtask] < 0 ? before : before.Concat(_graph.Dependencies[_addedBy[subtask]]);
    }

    private long[] Filled(long value)
    {
        long[] values = new long[Count];
        Array.Fill(values, value);
        return values;
    }
}
