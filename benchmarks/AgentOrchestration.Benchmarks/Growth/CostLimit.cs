namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>The fastest that a cost may grow.</summary>
/// <param name="Name">The growth in words.</param>
/// <param name="MaxExponent">The largest exponent of the total cost over the size.</param>
internal sealed record CostLimit(string Name, double MaxExponent)
{
    public static CostLimit Linear { get; } = new("linear", 1.25);

    /// <summary>For operations that sort, and for heaps.</summary>
    public static CostLimit Sorting { get; } = new("n log n", 1.4);

    /// <summary>For what others cost beside the one that is used.</summary>
    public static CostLimit Constant { get; } = new("constant", 0.25);
}
