using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// How long attempts of a task type need until they first show progress, or to their end where they never show any. Begins with what earlier runs have observed.
/// </summary>
/// <param name="observed">What they have observed, to which what is observed here is added; <see langword="null"/> for nothing.</param>
internal sealed class HedgeTimes(ObservedDurations? observed)
{
    /// <summary>Nineteen of twenty are below so many deviations above the mean.</summary>
    private const double NineteenOfTwenty = 1.645;

    /// <summary>Of fewer attempts nothing is concluded.</summary>
    private const int Fewest = 10;

    /// <summary>Times that hardly vary count as varying so much, or the clock alone would make attempts late.</summary>
    private const double LeastSpread = 0.1;

    private readonly ObservedDurations _known = new(observed);

    /// <summary>Whether what happens is observed. In a forecast nothing new is to be seen.</summary>
    public bool Learns { get; set; } = true;

    /// <summary>How many successful attempts were observed here.</summary>
    public long Observations { get; private set; }

    /// <summary>The expected duration of an attempt of a subtask, in seconds; <see langword="null"/> when nothing is known.</summary>
    public double? SecondsOf(Subtask subtask) => _known.SecondsOf(subtask);

    /// <summary>After how long without progress an attempt is late, and how long one usually needs, in ticks; <see langword="null"/> when too little is known.</summary>
    public (long Late, long Usual)? Of(Subtask subtask)
    {
        LogStatistics progress = _known.FirstProgressOf(subtask.TaskType);
        return progress.Count >= Fewest ? Of(progress.Median * TimeSpan.TicksPerSecond, progress.Spread)
            : progress.Count == 0 && _known.CountOf(subtask) >= Fewest && _known.Expect(subtask) is { } expected ? Of(expected.Ticks, _known.SpreadOf(subtask))
            : null;
    }

    /// <summary>On what it rests when attempts of a task type are late, as a number that changes with it: on which observations, and whether there are enough.</summary>
    public int BasisOf(string taskType)
    {
        long progress = _known.FirstProgressOf(taskType).Count;
        (long all, long estimated) = _known.CountsOf(taskType);
        return progress > 0 ? StageOf(progress) : 3 + StageOf(all) + (3 * StageOf(estimated));
    }

    /// <summary>Whether attempts of a task type are known to show progress.</summary>
    public bool ShowsProgress(string taskType) => _known.FirstProgressOf(taskType).Count > 0;

    public void ObserveFirstProgress(string taskType, long ticks)
    {
        if (Learns)
        {
            _known.ObserveFirstProgress(taskType, new TimeSpan(ticks));
            observed?.ObserveFirstProgress(taskType, new TimeSpan(ticks));
        }
    }

    /// <summary>An attempt has succeeded. Later runs observe it when this one has ended.</summary>
    public void ObserveDuration(Subtask subtask, long ticks)
    {
        if (Learns)
        {
            _known.Observe(subtask, new TimeSpan(ticks));
            Observations++;
        }
    }

    private static int StageOf(long count) => count == 0 ? 0 : count < Fewest ? 1 : 2;

    private static (long Late, long Usual) Of(double usual, double? spread)
    {
        double late = usual * Math.Exp(NineteenOfTwenty * Math.Max(spread ?? LeastSpread, LeastSpread));
        return ((long)Math.Clamp(late, 1, ObservedDurations.Longest.Ticks), (long)Math.Clamp(usual, 1, ObservedDurations.Longest.Ticks));
    }
}
