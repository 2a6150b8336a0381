namespace AgentOrchestration.Tasks;

/// <summary>
/// Mean and spread of the natural logarithms of positive values. Durations are skewed: on the logarithm one that took a hundred times as
/// long counts as far away, and does not outweigh all others.
/// </summary>
/// <param name="Count">How many values there were.</param>
/// <param name="Mean">The mean of their logarithms.</param>
/// <param name="SumOfSquares">The squares of the distances of the logarithms from their mean, added up.</param>
public readonly record struct LogStatistics(long Count, double Mean, double SumOfSquares)
{
    /// <summary>Gets the median of the values: their geometric mean.</summary>
    /// <value>1 when there are no values.</value>
    public double Median => Math.Exp(Mean);

    /// <summary>Gets the standard deviation of the logarithms.</summary>
    /// <value><see langword="null"/> with fewer than two values.</value>
    public double? Spread => Count > 1 ? Math.Sqrt(SumOfSquares / (Count - 1)) : null;

    /// <summary>Whether these can be statistics at all; what was saved may come back damaged.</summary>
    internal bool IsValid => Count >= 0 && double.IsFinite(Mean) && double.IsFinite(SumOfSquares) && SumOfSquares >= 0 && Math.Abs(Mean) < 100;

    /// <summary>With one more value. Source: Welford, Note on a method for calculating corrected sums of squares and products (1962).</summary>
    internal LogStatistics With(double value)
    {
        double distance = Math.Log(value) - Mean;
        long count = Count == long.MaxValue ? Count : Count + 1;
        double mean = Mean + (distance / count);
        return new LogStatistics(count, mean, SumOfSquares + (distance * (Math.Log(value) - mean)));
    }
}
