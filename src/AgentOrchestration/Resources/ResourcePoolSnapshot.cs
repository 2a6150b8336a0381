namespace AgentOrchestration.Resources;

/// <summary>One pool at one moment.</summary>
/// <param name="Name">The pool's name.</param>
/// <param name="Capacity">All there is, in the pool's unit.</param>
/// <param name="InUse">
/// What is leased out, in the pool's unit, or used up and not grown again. It is above the capacity as long as a pool that has shrunk is
/// over-committed.
/// </param>
public readonly record struct ResourcePoolSnapshot(string Name, long Capacity, long InUse)
{
    /// <summary>What is free, in the pool's unit; negative while the pool is over-committed.</summary>
    public long Free => Capacity - InUse;

    /// <summary>What becomes of what is taken.</summary>
    public ResourcePoolKind Kind { get; init; }

    /// <summary>How long an empty pool that grows again takes to be full; <see langword="null"/> for other kinds.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>
    /// What was in use, summed over time since the pool was made, in the pool's unit times seconds. The difference of two snapshots, divided
    /// by the seconds between them and the capacity, is the utilisation of that time. 0 for pools that are not reusable.
    /// </summary>
    public double UnitSeconds { get; init; }
}
