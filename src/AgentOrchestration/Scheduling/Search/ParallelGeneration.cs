namespace AgentOrchestration.Scheduling.Search;

/// <summary>
/// Parallel schedule generation: whenever something ends, starts what is ready and fits, the most urgent first. It is what the dispatch core
/// does without a plan of its own.
/// </summary>
internal sealed class ParallelGeneration(SchedulingProblem problem)
{
    private readonly PriorityQueue<int, long> _running = new();
    private readonly List<int> _ready = [];
    private readonly int[] _open = new int[problem.Count];
    private readonly ulong[] _free = new ulong[problem.Amounts.Words];

    /// <param name="urgency">Of each activity; the smaller, the more urgent, ties by index.</param>
    /// <param name="finishes">Receives when each ends.</param>
    /// <returns>When the last one ends.</returns>
    public long Generate(ReadOnlySpan<long> urgency, long[] finishes)
    {
        problem.Amounts.Capacity.CopyTo(_free.AsSpan());
        for (int activity = 0; activity < _open.Length; activity++)
        {
            _open[activity] = problem.Predecessors(activity).Length;
            if (_open[activity] == 0)
            {
                _ready.Add(activity);
            }
        }

        long[] urgencies = urgency.ToArray();
        _ready.Sort((one, other) => (urgencies[one], one).CompareTo((urgencies[other], other)));
        long now = 0;
        do
        {
            StartWhatFits(now, finishes);
            if (!_running.TryPeek(out _, out long next))
            {
                break;
            }

            now = next;
            while (_running.TryPeek(out int ended, out long at) && at == now)
            {
                _running.Dequeue();
                Release(ended, urgency);
            }
        }
        while (true);

        return now;
    }

    private void StartWhatFits(long now, long[] finishes)
    {
        int kept = 0;
        for (int i = 0; i < _ready.Count; i++)
        {
            int activity = _ready[i];
            if (TryTake(activity))
            {
                finishes[activity] = now + problem.Durations[activity];
                _running.Enqueue(activity, finishes[activity]);
            }
            else
            {
                _ready[kept++] = activity;
            }
        }

        _ready.RemoveRange(kept, _ready.Count - kept);
    }

    private void Release(int ended, ReadOnlySpan<long> urgency)
    {
        foreach (PackedNeed need in problem.Amounts.NeedsOf(ended))
        {
            _free[need.Word] += need.Amounts;
        }

        foreach (int successor in problem.Successors[ended])
        {
            if (--_open[successor] == 0)
            {
                Insert(successor, urgency);
            }
        }
    }

    private void Insert(int activity, ReadOnlySpan<long> urgency)
    {
        (int low, int high) = (0, _ready.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            bool isBehind = (urgency[_ready[middle]], _ready[middle]).CompareTo((urgency[activity], activity)) > 0;
            (low, high) = isBehind ? (low, middle) : (middle + 1, high);
        }

        _ready.Insert(low, activity);
    }

    private bool TryTake(int activity)
    {
        ReadOnlySpan<PackedNeed> needs = problem.Amounts.NeedsOf(activity);
        foreach (PackedNeed need in needs)
        {
            if (!PackedAmounts.Fits(need.Amounts, _free[need.Word]))
            {
                return false;
            }
        }

        foreach (PackedNeed need in needs)
        {
            _free[need.Word] -= need.Amounts;
        }

        return true;
    }
}
