namespace AgentOrchestration.Scheduling.Search;

/// <summary>
/// Random activity lists in which what is urgent comes early more often than not: at each place one of those whose predecessors stand before
/// it, with a chance that grows with how much more urgent it is than the least urgent (regret-based biased sampling; Kolisch and Drexl 1996),
/// by latest finish. The least urgent has a chance too, as if it were more urgent by a quarter of a mean duration.
/// </summary>
internal sealed class ActivitySampling(SchedulingProblem problem)
{
    private readonly long[] _tails = problem.Tails();
    private readonly double _bias = Math.Max(1, problem.Durations.Average() / 4);
    private readonly int[] _open = new int[problem.Count];
    private readonly List<int> _ready = [];

    public void Draw(int[] order, ref SearchRandom random)
    {
        for (int activity = 0; activity < order.Length; activity++)
        {
            _open[activity] = problem.Predecessors(activity).Length;
            if (_open[activity] == 0)
            {
                _ready.Add(activity);
            }
        }

        for (int place = 0; place < order.Length; place++)
        {
            int drawn = DrawReady(ref random);
            order[place] = _ready[drawn];
            _ready[drawn] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            foreach (int successor in problem.Successors[order[place]])
            {
                if (--_open[successor] == 0)
                {
                    _ready.Add(successor);
                }
            }
        }
    }

    private int DrawReady(ref SearchRandom random)
    {
        long least = long.MaxValue;
        double sum = _bias * _ready.Count;
        foreach (int activity in _ready)
        {
            least = Math.Min(least, _tails[activity]);
            sum += _tails[activity];
        }

        double chance = random.Unit() * (sum - ((double)least * _ready.Count));
        int drawn = 0;
        for (; drawn < _ready.Count - 1; drawn++)
        {
            chance -= _tails[_ready[drawn]] - least + _bias;
            if (chance < 0)
            {
                break;
            }
        }

        return drawn;
    }
}
