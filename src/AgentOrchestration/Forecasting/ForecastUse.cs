using AgentOrchestration.Resources;

namespace AgentOrchestration.Forecasting;

/// <summary>How much of the workers and of each pool a schedule uses, and for how long anything waited for it.</summary>
internal sealed class ForecastUse
{
    private readonly ForecastSchedule _schedule;
    private readonly ForecastPools _pools;
    private readonly int _workers;
    private readonly ForecastPoolUse[] _uses;
    private readonly int[] _waiting;
    private int _waitingInAll;
    private int _running;
    private int _runningPeak;
    private double _runningArea;
    private long _waitedForWorkers;

    public ForecastUse(ForecastSchedule schedule, ForecastPools pools, int workers)
    {
        _schedule = schedule;
        _pools = pools;
        _workers = workers;
        _uses = [.. pools.AtStart.Select((pool, index) => new ForecastPoolUse(
            pools.Capacities[index],
            pool.Kind == ResourcePoolKind.Reusable ? 0 : pool.InUse,
            pool.Period is { } period ? (double)pools.Capacities[index] / period.Ticks : 0))];
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
            Share(_uses[pool].Area, _pools.Capacities[pool]),
            _uses[pool].Peak / _pools.Capacities[pool],
            new TimeSpan(_uses[pool].Waited))),
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
        Array.ForEach(_uses, use => use.Begin(moments.Count > 0 ? moments[0].Time : 0));
        for (int index = 0; index < moments.Count; index++)
        {
            (long time, Step step, int subtask) = moments[index];
            if (_schedule.StartOf(subtask) < _schedule.EndOf(subtask) || step != Step.Ends)
            {
                Apply(step, subtask, time);
            }

            long lasts = index + 1 < moments.Count ? moments[index + 1].Time - time : 0;
            _runningArea += (double)_running * lasts;
            _waitedForWorkers += _waitingInAll > 0 && _running >= _workers ? lasts : 0;
        }

        Array.ForEach(_uses, use => use.GoTo(moments.Count > 0 ? moments[^1].Time : 0));
    }

    private void Apply(Step step, int subtask, long time)
    {
        int vector = _schedule.Graph.NeedVectorOf[subtask];
        (int Pool, long Amount)[] needs = _pools.OfVector(vector);
        foreach ((int pool, _) in needs)
        {
            _uses[pool].GoTo(time);
        }

        if (step == Step.IsReady)
        {
            _waitingInAll++;
            if (_waiting[vector]++ == 0)
            {
                Array.ForEach(needs, need => _uses[need.Pool].Wait(vector, need.Amount));
            }

            return;
        }

        if (step == Step.Starts)
        {
            _waitingInAll--;
            if (--_waiting[vector] == 0)
            {
                Array.ForEach(needs, need => _uses[need.Pool].EndWait(vector, need.Amount));
            }

            if (_schedule.StartOf(subtask) == _schedule.EndOf(subtask))
            {
                return;
            }
        }

        int direction = step == Step.Starts ? 1 : -1;
        _running += direction;
        _runningPeak = Math.Max(_runningPeak, _running);
        foreach ((int pool, long amount) in needs)
        {
            if (direction > 0 || _pools.IsReusable(pool))
            {
                _uses[pool].Take(direction * amount);
            }
        }
    }
}
