using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling;

/// <summary>How much of the workers and of each pool a schedule uses, and for how long anything waited for it.</summary>
internal sealed class ForecastUse
{
    private readonly ForecastSchedule _schedule;
    private readonly ForecastPools _pools;
    private readonly int _workers;
    private readonly double[] _inUse;
    private readonly double[] _peaks;
    private readonly double[] _areas;
    private readonly long[] _waited;
    private readonly int[] _waiting;
    private int _running;
    private int _runningPeak;
    private double _runningArea;
    private long _waitedForWorkers;

    public ForecastUse(ForecastSchedule schedule, ForecastPools pools, int workers)
    {
        _schedule = schedule;
        _pools = pools;
        _workers = workers;
        _inUse = [.. pools.AtStart.Select(pool => pool.Kind == ResourcePoolKind.Reusable ? 0.0 : pool.InUse)];
        _peaks = [.. _inUse];
        _areas = new double[pools.Names.Length];
        _waited = new long[pools.Names.Length];
        _waiting = new int[pools.VectorCount];
        Sweep();
    }

    /// <summary>What happens to a subtask; at one moment places are left before they are taken.</summary>
    private enum Step
    {
        Ends,
        IsReady,
        Starts,
    }

    public ForecastPool Workers => new("workers", _workers, Share(_runningArea, _workers), (double)_runningPeak / _workers, new TimeSpan(_waitedForWorkers));

    public IReadOnlyList<ForecastPool> Pools =>
    [
        .. _pools.Names.Select((name, pool) => new ForecastPool(
            ForecastPools.DisplayNameOf(name),
            _pools.Capacities[pool],
            Share(_areas[pool], _pools.Capacities[pool]),
            _peaks[pool] / _pools.Capacities[pool],
            new TimeSpan(_waited[pool]))),
    ];

    private double Share(double area, long capacity) => _schedule.Makespan == 0 ? 0 : area / _schedule.Makespan / capacity;

    private void Sweep()
    {
        List<(long Time, Step Step, int Subtask)> moments = [];
        for (int subtask = 0; subtask < _schedule.Count; subtask++)
        {
            if (_schedule.Ran(subtask))
            {
                moments.Add((_schedule.ReadyAt(subtask), Step.IsReady, subtask));
                moments.Add((_schedule.StartOf(subtask), Step.Starts, subtask));
                moments.Add((_schedule.EndOf(subtask), Step.Ends, subtask));
            }
        }

        moments.Sort();
        for (int index = 0; index < moments.Count; index++)
        {
            (long time, Step step, int subtask) = moments[index];
            if (_schedule.StartOf(subtask) < _schedule.EndOf(subtask) || step != Step.Ends)
            {
                Apply(step, subtask);
            }

            long lasts = index + 1 < moments.Count ? moments[index + 1].Time - time : 0;
            if (lasts > 0)
            {
                Count(lasts);
            }
        }
    }

    private void Apply(Step step, int subtask)
    {
        int vector = _schedule.Graph.NeedVectorOf[subtask];
        if (step == Step.IsReady)
        {
            _waiting[vector]++;
            return;
        }

        if (step == Step.Starts)
        {
            _waiting[vector]--;
            if (_schedule.StartOf(subtask) == _schedule.EndOf(subtask))
            {
                return;
            }
        }

        int direction = step == Step.Starts ? 1 : -1;
        _running += direction;
        _runningPeak = Math.Max(_runningPeak, _running);
        foreach ((int pool, long amount) in _pools.OfVector(vector))
        {
            if (direction < 0 && !_pools.IsReusable(pool))
            {
                continue;
            }

            _inUse[pool] += direction * amount;
            _peaks[pool] = Math.Max(_peaks[pool], _inUse[pool]);
        }
    }

    private void Count(long lasts)
    {
        _runningArea += (double)_running * lasts;
        bool anyWaits = false;
        Span<bool> lacks = stackalloc bool[Math.Min(_inUse.Length, 64)];
        lacks = _inUse.Length > lacks.Length ? new bool[_inUse.Length] : lacks;
        for (int vector = 0; vector < _waiting.Length; vector++)
        {
            if (_waiting[vector] > 0)
            {
                anyWaits = true;
                foreach ((int pool, long amount) in _pools.OfVector(vector))
                {
                    lacks[pool] |= amount > _pools.Capacities[pool] - _inUse[pool];
                }
            }
        }

        _waitedForWorkers += anyWaits && _running >= _workers ? lasts : 0;
        for (int pool = 0; pool < _inUse.Length; pool++)
        {
            double perTick = _pools.AtStart[pool].Period is { } period ? (double)_pools.Capacities[pool] / period.Ticks : 0;
            double grown = Math.Min(_inUse[pool], perTick * lasts);
            double growing = grown > 0 ? grown / perTick : 0;
            _areas[pool] += ((_inUse[pool] - grown) * lasts) + (grown * growing / 2);
            _inUse[pool] -= grown;
            _waited[pool] += lacks[pool] ? lasts : 0;
        }
    }
}
