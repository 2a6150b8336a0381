using AgentOrchestration.Graph;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Which subtasks of a batch are known to come, and when: those that are being prepared, and those of the plan of which every unfinished dependency is running. What the
/// run has added is only known when it is prepared. Costs a step for each edge of the plan.
/// </summary>
internal sealed class BatchArrivals
{
    /// <summary>How far attempts lie around what is expected where nothing was observed, as a standard deviation of logarithms.</summary>
    private const double UsualSpread = 0.5;

    private readonly DispatchContext _context;
    private readonly ObservedDurations? _observed;
    private readonly SuccessorGraph _successors;
    private readonly long[] _expected;
    private readonly long[] _behind;

    // Of each subtask of the plan, how many of its dependencies neither run nor have ended, and when it is expected to end while it runs; 0 while it does not.
    private readonly int[] _notBegun;
    private readonly long[] _endsAt;

    // By needs: those that are being prepared, and those that come when their dependencies end.
    private readonly Dictionary<int, Queue<int>> _prepared = [];
    private readonly Dictionary<int, Queue<int>> _due = [];

    // How many run that are expected to take as long.
    private readonly Dictionary<(TaskDescriptor, long), int> _running = [];

    // The running subtasks, the one whose way to the end of the run is the longest first.
    private readonly PriorityQueue<int, long> _ways = new();

    /// <param name="context">The run.</param>
    /// <param name="plan">The plan, from the start of the run on; one without batches is an empty one here.</param>
    /// <param name="observed">How long task types took before; <see langword="null"/> when nothing is known.</param>
    public BatchArrivals(DispatchContext context, TaskGraph plan, ObservedDurations? observed)
    {
        _context = context;
        _observed = observed;
        _successors = plan.Successors;
        double[] seconds = plan.Part.SecondsBy(subtask => observed?.SecondsOf(subtask) ?? subtask.EstimatedDuration?.TotalSeconds);
        double[] ranks = CriticalPath.UpwardRanks(_successors, plan.TopologicalOrder, seconds);
        _expected = Array.ConvertAll(seconds, TicksOf);
        _behind = [.. ranks.Select((rank, subtask) => TicksOf(rank - seconds[subtask]))];
        _notBegun = Array.ConvertAll(plan.Dependencies, static dependencies => dependencies.Length);
        _endsAt = new long[plan.Count];
    }

    /// <summary>What a subtask is expected to take, in ticks.</summary>
    public long ExpectedTicks(int subtask) => subtask < _expected.Length ? _expected[subtask] : TimeSpan.TicksPerSecond;

    /// <summary>
    /// How much later than now a subtask can start with others before its way to the end of the run is the longest of all, as far as running work shows. A call lasts as long
    /// as the longest of it.
    /// </summary>
    public long SlackOf(int subtask, int together, long now)
    {
        while (_ways.TryPeek(out int running, out _) && _endsAt[running] == 0)
        {
            _ways.Dequeue();
        }

        if (subtask >= _behind.Length || !_ways.TryPeek(out int longest, out long latest))
        {
            return 0;
        }

        long way = _expected[subtask] + LatenessOf(subtask, together) + _behind[subtask];
        return Math.Max(0, -latest + LatenessOf(longest, _running[KindOf(longest)]) - now - way);
    }

    /// <summary>
    /// How much later than one is expected to end the last of several is: the greatest of
    /// n normal values is about sqrt(2 ln n) - (ln ln n + ln 4 pi) / (2 sqrt(2 ln n)) deviations above the mean. Source: Cramér, Mathematical Methods of Statistics
    /// (1946), 28.6.
    /// </summary>
    private long LatenessOf(int subtask, int beside)
    {
        if (beside < 2)
        {
            return 0;
        }

        double root = Math.Sqrt(2 * Math.Log(beside));
        double deviations = root - ((Math.Log(Math.Log(beside)) + Math.Log(4 * Math.PI)) / (2 * root));
        double spread = _observed?.SpreadOf(_context.Graph.SubtaskAt(subtask)) ?? UsualSpread;
        return (long)(_expected[subtask] * (Math.Exp(spread * Math.Max(0, deviations)) - 1));
    }

    /// <summary>Whether any subtask of the same batch is being prepared.</summary>
    public bool IsAnyPrepared(int needs)
    {
        if (!_prepared.TryGetValue(needs, out Queue<int>? queue))
        {
            return false;
        }

        while (queue.TryPeek(out int subtask) && _context.Waits.Of(subtask) != WaitReason.Preparation)
        {
            queue.Dequeue();
        }

        return queue.Count > 0;
    }

    /// <summary>Whether any subtask of the same batch waits for nothing but work that runs.</summary>
    public bool IsAnyDue(int needs)
    {
        if (!_due.TryGetValue(needs, out Queue<int>? queue))
        {
            return false;
        }

        while (queue.TryPeek(out int subtask))
        {
            if (_notBegun[subtask] == 0 && _context.State.StateOf(subtask) == SubtaskState.Pending)
            {
                return true;
            }

            queue.Dequeue();
        }

        return false;
    }

    /// <summary>A subtask is being prepared.</summary>
    public void BeginPreparation(int subtask)
    {
        if (_context.Graph.Policies[subtask].Batch is not null)
        {
            int needs = _context.Graph.NeedVectorOf[subtask];
            if (!_prepared.TryGetValue(needs, out Queue<int>? queue))
            {
                _prepared.Add(needs, queue = new Queue<int>());
            }

            queue.Enqueue(subtask);
        }
    }

    /// <summary>Follows a fact of the run.</summary>
    public void Observe(in RunFact fact)
    {
        if ((uint)fact.Subtask >= (uint)_endsAt.Length)
        {
            return;
        }

        switch (fact.Kind)
        {
            case RunFactKind.AttemptStarted when fact.Detail == 0 && fact.Payload is not HedgeMark:
            case RunFactKind.AttemptConfirmed:
                Begin(fact.Subtask, fact.Time);
                break;
            case RunFactKind.AttemptFailed or RunFactKind.AttemptInterrupted or RunFactKind.AttemptDeferred when _endsAt[fact.Subtask] != 0:
                End(fact.Subtask);
                foreach (int successor in _successors.Successors(fact.Subtask))
                {
                    _notBegun[successor]++;
                }

                break;
            case RunFactKind.SubtaskSucceeded or RunFactKind.SubtaskFailed or RunFactKind.SubtaskSkipped or RunFactKind.SubtaskCancelled:
                if (_endsAt[fact.Subtask] == 0)
                {
                    CountBegun(fact.Subtask);
                }

                else
                {
                    End(fact.Subtask);
                }

                break;
        }
    }

    private static long TicksOf(double seconds) => (long)Math.Min(seconds * TimeSpan.TicksPerSecond, ObservedDurations.Longest.Ticks);

    private void Begin(int subtask, long now)
    {
        _endsAt[subtask] = now + Math.Max(1, _expected[subtask]);
        _ways.Enqueue(subtask, -(_endsAt[subtask] + _behind[subtask]));
        (TaskDescriptor, long) kind = KindOf(subtask);
        _running[kind] = _running.GetValueOrDefault(kind) + 1;
        CountBegun(subtask);
    }

    private (TaskDescriptor TaskType, long Expected) KindOf(int subtask) => (_context.Graph.TaskTypes[subtask], _expected[subtask]);

    private void End(int subtask)
    {
        _endsAt[subtask] = 0;
        _running[KindOf(subtask)]--;
    }

    private void CountBegun(int subtask)
    {
        foreach (int successor in _successors.Successors(subtask))
        {
            if (--_notBegun[successor] == 0 && _context.Graph.Policies[successor].Batch is not null)
            {
                int needs = _context.Graph.NeedVectorOf[successor];
                if (!_due.TryGetValue(needs, out Queue<int>? queue))
                {
                    _due.Add(needs, queue = new Queue<int>());
                }

                queue.Enqueue(successor);
            }
        }
    }
}
