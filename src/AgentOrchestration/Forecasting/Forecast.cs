using AgentOrchestration.Graph;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Forecasting;

/// <summary>
/// How a run is expected to go: the run itself, played through in virtual time by the engine that runs it, with attempts that take as long
/// as they are expected to. So it knows every limit that the run has. Immutable and safe for concurrent use.
/// </summary>
/// <remarks>
/// An attempt is expected to take what its plan estimates, corrected by what its task type took in earlier runs; without an estimate what
/// its task type took; and if that is not known either, as much as the mean of the others, or one second if nothing at all is known.
/// Nothing fails except by its time limits, conditions hold, approvals come at once, nothing is cached or shared, nothing is added but the parts of
/// what is made of others, and other runs hold no resources; what is used up of a pool stays used up, and what grows again does. A list that
/// is made during the run has as many items as it is expected to, or one. <see cref="Assumptions"/> lists what was assumed because nothing is
/// known. When the expectations are exact, so is the forecast.
/// </remarks>
public sealed class Forecast
{
    private const int MaxListed = 5;

    /// <summary>How many limits are tried, those that were waited for longest: each costs a simulation.</summary>
    private const int MaxTried = 8;

    private readonly ForecastModel _model;
    private readonly ForecastSchedule _schedule;
    private readonly Lazy<ForecastBottleneck> _bottleneck;

    internal Forecast(ForecastModel model)
    {
        _model = model;
        _schedule = ScheduleOf(model);
        var use = new ForecastUse(_schedule, _schedule.Pools, model.Workers);
        Workers = use.Workers;
        Pools = use.Pools;
        (IReadOnlyList<int> path, long length) = _schedule.LongestChain();
        CriticalPath = new CriticalPath(IdsOf(path), new TimeSpan(length));
        CriticalChain = IdsOf(_schedule.CriticalChain());
        Subtasks = Rows();
        Assumptions = ForecastAssumptions.Of(model);
        _bottleneck = new Lazy<ForecastBottleneck>(FindBottleneck);
    }

    /// <summary>Gets the plan of the forecast.</summary>
    /// <value>The plan, without subtasks that a run has added.</value>
    public TaskPlan Plan => _model.Remaining?.Run.Plan ?? _model.Graph.Plan;

    /// <summary>Gets the duration of the run, from its start to its end.</summary>
    /// <value>The sum of <see cref="Elapsed"/> and <see cref="Remaining"/>.</value>
    public TimeSpan Makespan => Sum(Elapsed, Remaining);

    /// <summary>Gets the part of <see cref="Makespan"/> that is over.</summary>
    /// <value>Zero before the run.</value>
    public TimeSpan Elapsed => _model.Remaining?.Elapsed ?? TimeSpan.Zero;

    /// <summary>Gets the part of <see cref="Makespan"/> that is still to come.</summary>
    /// <value>At least zero.</value>
    public TimeSpan Remaining => new(_schedule.Makespan);

    /// <summary>Gets the duration of the remaining work if it were done one subtask after another.</summary>
    /// <value>At least zero.</value>
    public TimeSpan Work => Enumerable.Range(0, _schedule.Count).Select(subtask => new TimeSpan(_schedule.EndOf(subtask) - _schedule.StartOf(subtask))).Aggregate(TimeSpan.Zero, Sum);

    /// <summary>Gets the outcome of the run.</summary>
    /// <value><see cref="RunOutcome.Succeeded"/>, unless a time limit or the budget does not suffice.</value>
    public RunOutcome Outcome => _model.Remaining?.Outcome ?? _schedule.Outcome ?? RunOutcome.Failed;

    /// <summary>Gets the forecast of each subtask.</summary>
    /// <value>In the plan's order, followed by the parts of subtasks that consist of others.</value>
    public IReadOnlyList<ForecastSubtask> Subtasks { get; }

    /// <summary>Gets what was assumed because nothing is known about it: numbers of items and durations.</summary>
    /// <value>In the order of the plan; empty when nothing had to be assumed.</value>
    public IReadOnlyList<ForecastAssumption> Assumptions { get; }

    /// <summary>Gets the longest chain of dependent work that remains.</summary>
    /// <value>No number of workers makes the run shorter.</value>
    public CriticalPath CriticalPath { get; }

    /// <summary>
    /// Gets the chain of subtasks that determines the end of the run with the available workers and resources: each starts when the one before it
    /// ends, because it depends on it or takes its place.
    /// </summary>
    /// <value>The ids of the subtasks. One after another they take <see cref="Remaining"/>.</value>
    public IReadOnlyList<string> CriticalChain { get; }

    /// <summary>Gets the use of the run's workers.</summary>
    /// <value><see cref="ForecastPool.Capacity"/> is the maximum parallelism.</value>
    public ForecastPool Workers { get; }

    /// <summary>Gets the use of each pool that a subtask needs, and of each limit of a task type.</summary>
    /// <value>Empty when no subtask needs any.</value>
    public IReadOnlyList<ForecastPool> Pools { get; }

    /// <summary>Gets what limits the run.</summary>
    /// <value>Computed on the first use.</value>
    public ForecastBottleneck Bottleneck => _bottleneck.Value;

    /// <summary>Computes the forecast for other circumstances. The order of the subtasks remains that of the plan.</summary>
    /// <param name="change">What is different.</param>
    /// <returns>Another forecast; this one does not change.</returns>
    /// <exception cref="ArgumentException">
    /// No subtask needs anything of a named pool, has a named task type, or works through a list of a named id; a capacity is less than one subtask
    /// needs; a number is out of range.
    /// </exception>
    public Forecast WhatIf(ForecastChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return change.MaxParallelism < 1
            ? throw new ArgumentException($"MaxParallelism is {change.MaxParallelism}. Give at least 1.", nameof(change))
            : new Forecast(_model with
            {
                Workers = change.MaxParallelism ?? _model.Workers,
                Capacities = CapacitiesWith(change),
                Factors = FactorsWith(change),
                ExpectedItems = ItemsWith(change),
            });
    }

    /// <summary>What one more worker buys, and of each pool as much more as the subtask holds that needs most of it; what buys most first.</summary>
    /// <returns>The gains, the largest first.</returns>
    public IReadOnlyList<ForecastGain> WhatOneMoreBuys()
    {
        ForecastGain[] gains =
        [
            Gain(BottleneckKind.Workers, pool: null, 1),
            .. Pools.Select((pool, index) => Gain(BottleneckKind.Pool, pool.Name, _schedule.Pools.LargestNeeds[index])),
        ];
        return [.. gains.OrderByDescending(gain => gain.Saved)];
    }

    /// <summary>
    /// Simulates the run with durations that vary, lognormally: as far around what is expected as the attempts of a task type were observed
    /// to; a task type with fewer than two observations by a standard deviation of 0.5 of the logarithm, so that eight of ten attempts take
    /// between half and twice as long as expected. The number of items in a list that is made during the run varies so too, around what is
    /// expected or assumed. The same seed gives the same range.
    /// </summary>
    /// <param name="runs">How many runs, from 1. Default: 200.</param>
    /// <param name="seed">The seed. Default: 0.</param>
    /// <returns>How long the runs took in all, what is over included.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="runs"/> is less than 1.</exception>
    public ForecastRange Simulate(int runs = 200, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        var makespans = new TimeSpan[runs];
        int succeeded = 0;
        for (int run = 0; run < runs; run++)
        {
            RunState simulated = _model.Simulate((ulong)seed, run);
            makespans[run] = Sum(Elapsed, new TimeSpan(DurationOf(simulated.History)));
            succeeded += simulated.IsEnded && simulated.Outcome == RunOutcome.Succeeded ? 1 : 0;
        }

        return new ForecastRange(makespans, seed, (double)succeeded / runs);
    }

    /// <inheritdoc/>
    public override string ToString() => Assumptions.Count == 0
        ? $"{Makespan}, bottleneck: {Bottleneck}"
        : $"{Makespan}, bottleneck: {Bottleneck}; assumed: {string.Join(", ", Assumptions.Take(MaxListed))}{(Assumptions.Count > MaxListed ? $" and {Assumptions.Count - MaxListed} more" : "")}";

    /// <summary>The greatest time where it is more.</summary>
    private static TimeSpan Sum(TimeSpan one, TimeSpan other) => one > TimeSpan.MaxValue - other ? TimeSpan.MaxValue : one + other;

    private static ForecastSchedule ScheduleOf(ForecastModel model) => new(model.Simulate(), model.Capacities, model.Pools, model.Workers);

    /// <summary>After the end of a run only timers are left, which are no facts.</summary>
    private static long DurationOf(RunHistory history) => history[history.Count - 1].Time - history[0].Time;

    private string[] IdsOf(IEnumerable<int> subtasks) => [.. subtasks.Select(subtask => _schedule.Graph.SubtaskAt(subtask).Id)];

    private IReadOnlyList<ForecastSubtask> Rows()
    {
        ForecastSubtask[] expected = [.. Enumerable.Range(0, _schedule.Count).Select(Row)];
        return _model.Remaining?.Rows(expected) ?? expected;
    }

    private ForecastSubtask Row(int index)
    {
        Subtask subtask = _schedule.Graph.SubtaskAt(index);
        bool ran = _schedule.Ran(index);
        return new ForecastSubtask(subtask.Id, subtask.Name, subtask.TaskType, new TimeSpan(_schedule.BeginOf(index)), new TimeSpan(_schedule.EndOf(index)))
        {
            Waited = new TimeSpan(ran ? _schedule.StartOf(index) - _schedule.ReadyAt(index) : 0),
            Slack = new TimeSpan(_schedule.Slack[index]),
            IsCritical = _schedule.Slack[index] == 0 && (ran || _schedule.Graph.PartsOf(index).Any()),
            State = _schedule.States[index],
        };
    }

    private int IndexOfPool(string name) => Pools.Index().Where(pool => pool.Item.Name == name).Select(pool => pool.Index).DefaultIfEmpty(-1).First();

    private Dictionary<string, long> CapacitiesWith(ForecastChange change)
    {
        Dictionary<string, long> capacities = new(_model.Capacities, StringComparer.Ordinal);
        foreach ((string name, long capacity) in change.Capacities)
        {
            int pool = IndexOfPool(name);
            if (pool < 0)
            {
                throw new ArgumentException($"No subtask needs anything of '{name}'. Name one of: {string.Join(", ", Pools.Select(known => known.Name))}.", nameof(change));
            }

            long need = _schedule.Pools.LargestNeeds[pool];
            capacities[_schedule.Pools.Names[pool]] = capacity >= need
                ? capacity
                : throw new ArgumentException($"The capacity of '{name}' is {capacity}, but a subtask needs {need}, so it could never start. Give at least {need}.", nameof(change));
        }

        return capacities;
    }

    private Dictionary<string, int> ItemsWith(ForecastChange change)
    {
        IEnumerable<string> begun = _model.Remaining?.Run.Subtasks.Where(subtask => subtask.Subtask.ForEach is not null).Select(subtask => subtask.Subtask.Id) ?? [];
        ForecastAssumptions.Check(change.ExpectedItems, _model.Graph.Plan, begun, _model.Options.MaxAddedSubtasks, nameof(change));
        Dictionary<string, int> items = new(_model.ExpectedItems, StringComparer.Ordinal);
        foreach ((string id, int expected) in change.ExpectedItems)
        {
            items[id] = expected;
        }

        return items;
    }

    private Dictionary<string, double> FactorsWith(ForecastChange change)
    {
        Dictionary<string, double> factors = new(_model.Factors, StringComparer.Ordinal);
        foreach ((string taskType, double factor) in change.DurationFactors)
        {
            if (!Subtasks.Any(subtask => subtask.TaskType == taskType))
            {
                throw new ArgumentException(
                    $"No subtask has the task type '{taskType}'. Name one of: {string.Join(", ", Subtasks.Select(subtask => subtask.TaskType).Distinct())}.", nameof(change));
            }

            factors[taskType] = factor is >= 0 and <= 1e6
                ? factor * factors.GetValueOrDefault(taskType, 1)
                : throw new ArgumentException($"The factor of '{taskType}' is {factor}. Give one from 0 to 1,000,000.", nameof(change));
        }

        return factors;
    }

    private ForecastGain Gain(BottleneckKind kind, string? pool, long added)
    {
        Forecast more = With(kind, pool, added);
        return new ForecastGain(kind, pool, added, more.Makespan, Makespan - more.Makespan);
    }

    private Forecast With(BottleneckKind kind, string? pool, long added) => WhatIf(kind == BottleneckKind.Workers
        ? new ForecastChange { MaxParallelism = (int)Math.Min(int.MaxValue, _model.Workers + added) }
        : new ForecastChange { Capacities = new Dictionary<string, long> { [pool!] = More(_schedule.Pools.Capacities[IndexOfPool(pool!)], added) } });

    private static long More(long capacity, long added) => capacity > long.MaxValue - added ? long.MaxValue : capacity + added;

    /// <summary>What would help most if there were no end of it, of the limits that were waited for longest; where only more of several things together would help, what was waited for longest.</summary>
    private ForecastBottleneck FindBottleneck()
    {
        if (CriticalPath.Duration >= Remaining)
        {
            return new ForecastBottleneck(BottleneckKind.CriticalPath, Pool: null, TimeSpan.Zero);
        }

        IEnumerable<(BottleneckKind Kind, ForecastPool Pool)> limits = Pools.Select(pool => (BottleneckKind.Pool, pool)).Prepend((BottleneckKind.Workers, Workers));
        return limits
            .Where(limit => limit.Pool.Waited > TimeSpan.Zero)
            .OrderByDescending(limit => limit.Pool.Waited)
            .Take(MaxTried)
            .Select(limit => (limit.Kind, limit.Pool, Costs: Makespan - Unlimited(limit.Kind, limit.Pool).Makespan))
            .OrderByDescending(limit => limit.Costs)
            .ThenByDescending(limit => limit.Pool.Waited)
            .Select(limit => new ForecastBottleneck(limit.Kind, limit.Kind == BottleneckKind.Pool ? limit.Pool.Name : null, limit.Costs > TimeSpan.Zero ? limit.Costs : TimeSpan.Zero))
            .FirstOrDefault(new ForecastBottleneck(BottleneckKind.CriticalPath, Pool: null, TimeSpan.Zero));
    }

    private Forecast Unlimited(BottleneckKind kind, ForecastPool pool)
    {
        if (kind == BottleneckKind.Workers)
        {
            return With(kind, pool: null, _schedule.Count);
        }

        int index = IndexOfPool(pool.Name);
        return With(kind, pool.Name, Enumerable.Range(0, _schedule.Count).SelectMany(_schedule.Pools.Of).Where(need => need.Pool == index).Sum(need => need.Amount));
    }
}
