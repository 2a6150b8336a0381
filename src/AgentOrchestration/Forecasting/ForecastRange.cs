namespace AgentOrchestration.Forecasting;

/// <summary>How long a run takes over many simulations in which the durations vary. Immutable.</summary>
public sealed class ForecastRange
{
    private readonly TimeSpan[] _sorted;

    internal ForecastRange(TimeSpan[] makespans, int seed, double successShare)
    {
        _sorted = makespans;
        Array.Sort(_sorted);
        Seed = seed;
        SuccessShare = successShare;
    }

    /// <summary>How many runs were simulated.</summary>
    public int Runs => _sorted.Length;

    /// <summary>The seed; it gives the same range again.</summary>
    public int Seed { get; }

    /// <summary>One run in ten is shorter.</summary>
    public TimeSpan Low => Percentile(0.1);

    /// <summary>One run in two is shorter.</summary>
    public TimeSpan Median => Percentile(0.5);

    /// <summary>Nine runs in ten are shorter.</summary>
    public TimeSpan High => Percentile(0.9);

    /// <summary>The share of runs that succeed, from 0 to 1: of those in which no time limit and no budget was too short.</summary>
    public double SuccessShare { get; }

    /// <summary>The time that a share of the runs does not exceed.</summary>
    /// <param name="share">The share, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is outside 0 to 1.</exception>
    public TimeSpan Percentile(double share)
    {
        if (share is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "Give a share from 0 to 1.");
        }

        // The nearest rank: always one of the simulated runs.
        return _sorted[Math.Max(0, (int)Math.Ceiling(share * _sorted.Length) - 1)];
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Low} to {High}";
}
