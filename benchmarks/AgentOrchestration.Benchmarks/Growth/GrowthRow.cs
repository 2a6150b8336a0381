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
    /// The slope of log cost over log size between the two largest sizes. A line through all four would be flattened by what starting costs, which is
    /// most of the cost at the smallest: growth that only begins to show at the end would be hidden. That it is less steady is made up for
    /// by taking the least of several measurements.
    /// </summary>
    private double Exponent(Func<Cost, double> measure) =>
        Math.Log(measure(Costs[^1]) / measure(Costs[^2])) / Math.Log((double)Sizes[^1] / Sizes[^2]);
}
