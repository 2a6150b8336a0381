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
                Insert(activity, urgency);
            }
        }

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
        ReadOnlySpan<ulong> needs = problem.Amounts.NeedsOf(ended);
        for (int word = 0; word < needs.Length; word++)
        {
            _free[word] += needs[word];
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
        int at = _ready.Count;
        while (at > 0 && (urgency[_ready[at - 1]], _ready[at - 1]).CompareTo((urgency[activity], activity)) > 0)
        {
            at--;
        }

        _ready.Insert(at, activity);
    }

    private bool TryTake(int activity)
    {
        ReadOnlySpan<ulong> needs = problem.Amounts.NeedsOf(activity);
        for (int word = 0; word < needs.Length; word++)
        {
            if ((((_free[word] | PackedAmounts.Guards) - needs[word]) & PackedAmounts.Guards) != PackedAmounts.Guards)
            {
                return false;
            }
        }

        for (int word = 0; word < needs.Length; word++)
        {
            _free[word] -= needs[word];
        }

        return true;
    }
}
