namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>One measurement of runs that are remembered.</summary>
/// <param name="Time">From before the first plan is checked to after the last result is there.</param>
/// <param name="BytesGrown">The size of the files then.</param>
/// <param name="BytesKept">Their size when what need not stay is gone.</param>
internal sealed record JournalCost(TimeSpan Time, long BytesGrown, long BytesKept)
{
    /// <summary>The length of what is remembered of the runs when they are made: their plans, mostly.</summary>
    public long BytesOfPlans { get; init; }

    /// <summary>The length of their events as text.</summary>
    public long BytesOfEvents { get; init; }

    /// <summary>How many versions of rows are left to vacuum by each append.</summary>
    public double? DeadRowsPerAppend { get; init; }

    /// <summary>Which share of the new versions of rows is in the page of the old one, and in no index.</summary>
    public double? ShareInPage { get; init; }
}
