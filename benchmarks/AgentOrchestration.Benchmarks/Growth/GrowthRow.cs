namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>An operation, and what it took at each size.</summary>
internal sealed record GrowthRow(GrowthOperation Operation, IReadOnlyList<int> Sizes, IReadOnlyList<Cost> Costs)
{
    public double CpuExponent => Exponent(cost => cost.Cpu);

    public double BytesExponent => Exponent(cost => cost.Bytes);

    public bool IsCpuMet => CpuExponent <= Operation.Cpu.MaxExponent;

    public bool AreBytesMet => BytesExponent <= Operation.Bytes.MaxExponent;

    public bool IsMet => IsCpuMet && AreBytesMet;

    /// <summary>What it took at the smallest of both measurements, size by size.</summary>
    public GrowthRow Least(GrowthRow again) => this with { Costs = [.. Costs.Zip(again.Costs, (cost, other) => cost.Least(other))] };

    public double PerUnit(Func<Cost, double> measure) => measure(Costs[^1]) / Operation.UnitsAt(Sizes[^1]);

    /// <summary>
    /// The slope of log cost over log size, by least squares over the three largest sizes. The smallest is left out: most of its cost may be that of
    /// starting, which would hide growth that begins to show at the end. The slope between the two largest alone would call it growth when
    /// work no longer fits into the caches of the processor, which happens once, and somewhere else on each machine.
    /// </summary>
    private double Exponent(Func<Cost, double> measure)
    {
        (double X, double Y)[] points = [.. Sizes.Zip(Costs, (size, cost) => (Math.Log(size), Math.Log(measure(cost)))).Skip(1)];
        double x = points.Average(point => point.X);
        double y = points.Average(point => point.Y);
        return points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
    }
}
