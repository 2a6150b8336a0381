using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Tasks;

internal sealed class ObservedDurations : IObservedDurations
{
    /// <summary>As long as a plan's estimate may be at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>What took no time on a coarse clock took at least this: zero has no logarithm.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMicroseconds(1);

    /// <summary>So few attempts say little of how long others take: those that end first are the fastest.</summary>
    private const int Few = 10;

    /// <summary>How many standard deviations above the mean nineteen of twenty normal values lie at most.</summary>
    private const double NineteenOfTwenty = 1.645;

    /// <summary>How far attempts lie around what is expected where too little was observed.</summary>
    private const double UsualSpread = 0.5;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ObservedDuration> _byType;
    private readonly ObservedDurations? _before;

    // Of how many task types it is known how long attempts took.
    private int _timed;

    public ObservedDurations()
        : this([])
    {
    }

    /// <summary>Begins with what others have observed, without a copy of it: a task type is taken from them when something of it is observed here.</summary>
    /// <param name="before">What others have observed; nothing that is observed here is added to it.</param>
    internal ObservedDurations(ObservedDurations? before)
        : this([]) => _before = before;

    private ObservedDurations(Dictionary<string, ObservedDuration> byType) => _byType = byType;

    public TimeSpan? Expect(Subtask subtask)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        ObservedDuration? observed = Find(subtask.TaskType);
        return subtask.EstimatedDuration switch
        {
            { Ticks: > 0 } estimate => observed is { Ratio.Count: > 0 } ? Limited(estimate.Ticks * observed.Ratio.Median) : estimate,
            _ when observed is { Seconds.Count: > 0 } => Limited(observed.Seconds.Median * TimeSpan.TicksPerSecond),
            var unknown => unknown,
        };
    }

    public bool Any
    {
        get
        {
            lock (_gate)
            {
                return _timed > 0;
            }
        }
    }

    /// <summary><see cref="Expect"/> in seconds, for ranks.</summary>
    public double? SecondsOf(Subtask subtask) => Expect(subtask)?.TotalSeconds;

    /// <summary>How far attempts lie around <see cref="Expect"/>, as a standard deviation of logarithms; <see langword="null"/> when it is not known.</summary>
    public double? SpreadOf(Subtask subtask) => Find(subtask.TaskType) is not { } observed ? null
        : subtask.EstimatedDuration is { Ticks: > 0 } && observed.Ratio.Count > 0 ? observed.Ratio.Spread
        : observed.Seconds.Spread;

    /// <summary>What nineteen of twenty attempts of a subtask take at most; <see langword="null"/> when too little is known of it.</summary>
    public TimeSpan? NearlyAll(Subtask subtask)
    {
        ObservedDuration? observed = Find(subtask.TaskType);
        (LogStatistics seen, double unit) = subtask.EstimatedDuration is { Ticks: > 0 } estimate
            ? (observed?.Ratio ?? default, estimate.Ticks)
            : (observed?.Seconds ?? default, TimeSpan.TicksPerSecond);
        return seen.Count >= Few ? Limited(unit * Math.Exp(seen.Mean + (NineteenOfTwenty * seen.Spread!.Value)))
            : subtask.EstimatedDuration is { Ticks: > 0 } ? Limited(unit * Math.Exp(NineteenOfTwenty * UsualSpread))
            : null;
    }

    /// <summary>How many attempts <see cref="Expect"/> and <see cref="SpreadOf"/> rest on.</summary>
    public long CountOf(Subtask subtask) => Find(subtask.TaskType) is not { } observed ? 0
        : subtask.EstimatedDuration is { Ticks: > 0 } && observed.Ratio.Count > 0 ? observed.Ratio.Count
        : observed.Seconds.Count;

    /// <summary>How many attempts of a task type were observed, and how many of them had an estimate.</summary>
    public (long All, long Estimated) CountsOf(string taskType) => Find(taskType) is { } observed ? (observed.Seconds.Count, observed.Ratio.Count) : (0, 0);

    /// <summary>An attempt of a subtask has succeeded.</summary>
    public void Observe(Subtask subtask, TimeSpan duration)
    {
        TimeSpan took = duration < Shortest ? Shortest : duration > Longest ? Longest : duration;
        lock (_gate)
        {
            ObservedDuration before = Find(subtask.TaskType) ?? new ObservedDuration(subtask.TaskType, default, default);
            Put(before with
            {
                Seconds = before.Seconds.With(took.TotalSeconds),
                Ratio = subtask.EstimatedDuration is { Ticks: > 0 } estimate ? before.Ratio.With(took / (estimate < Shortest ? Shortest : estimate)) : before.Ratio,
            });
        }
    }

    /// <summary>How long attempts of a task type took until they first showed progress, in seconds, where that was of use.</summary>
    public LogStatistics FirstProgressOf(string taskType) => Find(taskType)?.FirstProgress ?? default;

    /// <summary>An attempt has shown progress for the first time.</summary>
    public void ObserveFirstProgress(string taskType, TimeSpan after)
    {
        lock (_gate)
        {
            ObservedDuration before = Find(taskType) ?? new ObservedDuration(taskType, default, default);
            Put(before with { FirstProgress = before.FirstProgress.With(Math.Max(after.TotalSeconds, Shortest.TotalSeconds)) });
        }
    }

    public IReadOnlyList<ObservedDuration> Snapshot()
    {
        lock (_gate)
        {
            return [.. _byType.Values.OrderBy(observed => observed.TaskType, StringComparer.Ordinal)];
        }
    }

    public void Restore(IEnumerable<ObservedDuration> observed)
    {
        ArgumentNullException.ThrowIfNull(observed);
        ObservedDuration[] saved = [.. observed];
        if (Array.Find(saved, one => string.IsNullOrEmpty(one.TaskType) || !one.Seconds.IsValid || !one.Ratio.IsValid || !one.FirstProgress.IsValid) is { } damaged)
        {
            throw new ArgumentException($"What was saved of the task type '{Excerpt.Of(damaged.TaskType ?? "")}' cannot be: {damaged.Seconds}, {damaged.Ratio}, {damaged.FirstProgress}. Leave it out.", nameof(observed));
        }

        lock (_gate)
        {
            Array.ForEach(saved, Put);
        }
    }

    /// <summary>A copy that is observed by itself from now on.</summary>
    public ObservedDurations Copy()
    {
        lock (_gate)
        {
            return new ObservedDurations(new Dictionary<string, ObservedDuration>(_byType, _byType.Comparer)) { _timed = _timed };
        }
    }

    private static TimeSpan Limited(double ticks) => new((long)Math.Round(Math.Min(ticks, Longest.Ticks)));

    private void Put(ObservedDuration observed)
    {
        _timed -= _byType.TryGetValue(observed.TaskType, out ObservedDuration? before) && before.Seconds.Count > 0 ? 1 : 0;
        _timed += observed.Seconds.Count > 0 ? 1 : 0;
        _byType[observed.TaskType] = observed;
    }

    private ObservedDuration? Find(string taskType)
    {
        lock (_gate)
        {
            return _byType.GetValueOrDefault(taskType) ?? _before?.Find(taskType);
        }
    }
}
