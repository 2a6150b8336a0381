namespace AgentOrchestration.Forecasting;

/// <summary>Describes the durations of a run over many simulations in which the durations vary. Immutable.</summary>
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

    /// <summary>Gets the number of simulated runs.</summary>
    /// <value>At least 1.</value>
    public int Runs => _sorted.Length;

    /// <summary>Gets the seed.</summary>
    /// <value>The same seed gives the same range.</value>
    public int Seed { get; }

    /// <summary>Gets the duration that 10 % of the runs do not exceed.</summary>
    /// <value>The 10th percentile.</value>
    /// <returns>The duration.</returns>
    public TimeSpan Low => Percentile(0.1);

    /// <summary>Gets the duration that half of the runs do not exceed.</summary>
    /// <value>The 50th percentile.</value>
    /// <returns>The duration.</returns>
    public TimeSpan Median => Percentile(0.5);

    /// <summary>Gets the duration that 90 % of the runs do not exceed.</summary>
    /// <value>The 90th percentile.</value>
    /// <returns>The duration.</returns>
    public TimeSpan High => Percentile(0.9);

    /// <summary>Gets the share of simulated runs for which every time limit and the budget sufficed.</summary>
    /// <value>From 0 to 1.</value>
    public double SuccessShare { get; }

    /// <summary>The time that a share of the runs does not exceed.</summary>
    /// <param name="share">The share, from 0 to 1.</param>
    /// <returns>The duration.</returns>
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
