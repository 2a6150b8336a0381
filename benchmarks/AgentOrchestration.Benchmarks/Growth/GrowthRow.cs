namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>An operation, and what it took at each size in each round.</summary>
internal sealed record GrowthRow(GrowthOperation Operation, IReadOnlyList<int> Sizes, IReadOnlyList<Cost[]> Rounds)
{
    public double CpuExponent => Exponent(cost => cost.Cpu);

    public double BytesExponent => Exponent(cost => cost.Bytes);

    public bool IsCpuMet => CpuExponent <= Operation.Cpu.MaxExponent;

    public bool AreBytesMet => BytesExponent <= Operation.Bytes.MaxExponent;

    public bool IsMet => IsCpuMet && AreBytesMet;

    /// <summary>The least that it took, size by size.</summary>
    public IReadOnlyList<Cost> Costs => [.. Sizes.Select((_, i) => Rounds.Select(round => round[i]).Aggregate((least, cost) => least.Least(cost)))];

    /// <summary>With the rounds of another measurement.</summary>
    public GrowthRow With(GrowthRow again) => this with { Rounds = [.. Rounds, .. again.Rounds] };

    public double PerUnit(Func<Cost, double> measure) => measure(Costs[^1]) / Operation.UnitsAt(Sizes[^1]);

    /// <summary>
    /// The median of the exponents of the rounds. In a round all sizes meet the same machine. The least of all rounds would not do: a short measurement
    /// finds a moment in which nothing else runs, a long one does not, and linear work would look as if it grew.
    /// </summary>
    private double Exponent(Func<Cost, double> measure)
    {
        double[] exponents = [.. Rounds.Select(round => Slope(round, measure)).Order()];
        return (exponents[(exponents.Length - 1) / 2] + exponents[exponents.Length / 2]) / 2;
    }

    /// <summary>
    /// The slope of log cost over log size, by least squares over the three largest sizes. The smallest is left out: most of its cost may be that of
    /// starting, which would hide growth that begins to show at the end. The slope between the two largest alone would call it growth when
    /// work no longer fits into the caches of the processor, which happens once, and somewhere else on each machine.
    /// </summary>
    private double Slope(Cost[] costs, Func<Cost, double> measure)
    {
        (double X, double Y)[] points = [.. Sizes.Zip(costs, (size, cost) => (Math.Log(size), Math.Log(Math.Max(1, measure(cost))))).Skip(1)];
        double x = points.Average(point => point.X);
        double y = points.Average(point => point.Y);
        return points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
    }
}
