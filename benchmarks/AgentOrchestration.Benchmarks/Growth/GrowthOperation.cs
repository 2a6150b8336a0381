namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>Something whose cost is measured as the work grows.</summary>
/// <param name="Name">Area and name, such as <c>plans/make</c>.</param>
/// <param name="Grows">What there is more of, in the plural.</param>
/// <param name="Prepare">Makes it ready at a size.</param>
internal sealed record GrowthOperation(string Name, string Grows, Func<int, Trial> Prepare)
{
    private const int Steps = 4;
    private const int Factor = 4;
    private const int FullFactor = 4;

    /// <summary>The smallest size of a quick measurement: large enough that what does not grow matters little.</summary>
    public int Smallest { get; init; } = 1_000;

    public CostLimit Cpu { get; init; } = CostLimit.Linear;

    public CostLimit Bytes { get; init; } = CostLimit.Linear;

    /// <summary>Whether the bytes are those that are kept when it has ended, instead of those that were allocated.</summary>
    public bool IsKept { get; init; }

    /// <summary>Whether what is prepared can be used once only.</summary>
    public bool IsOnce { get; init; }

    /// <summary>One of the units that cost is counted by, where it is not what grows: an operation of constant cost is done several times.</summary>
    public string? Unit { get; init; }

    /// <summary>How many units there are, when <see cref="Unit"/> is set.</summary>
    public int Units { get; init; } = 1;

    public int[] SizesFor(bool isQuick)
    {
        int[] sizes = new int[Steps];
        int size = isQuick ? Smallest : Smallest * FullFactor;
        for (int i = 0; i < Steps; i++, size *= Factor)
        {
            sizes[i] = size;
        }

        return sizes;
    }

    public double UnitsAt(int size) => Unit is null ? size : Units;
}
