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
    /// <summary>Gets the amount that is free.</summary>
    /// <value>In the pool's unit; negative while the pool is over-committed, at most 0 while it is paused.</value>
    public long Free => PausedFor > TimeSpan.Zero ? Math.Min(0, Capacity - InUse) : Capacity - InUse;

    /// <summary>Gets the time for which the pool grants nothing, because it is paused (<see cref="IAdjustableResources.Pause"/>).</summary>
    /// <value>The default value is zero: it is not paused.</value>
    public TimeSpan PausedFor { get; init; }

    /// <summary>Gets the kind of the pool.</summary>
    /// <value>The default value is <see cref="ResourcePoolKind.Reusable"/>.</value>
    public ResourcePoolKind Kind { get; init; }

    /// <summary>Gets the time in which an empty pool that replenishes is full again.</summary>
    /// <value><see langword="null"/> for other kinds. The default value is <see langword="null"/>.</value>
    public TimeSpan? Period { get; init; }

    /// <summary>
    /// Gets the amount in use, summed over the time since the pool was made. The difference of two snapshots, divided by the seconds between them and
    /// the capacity, is the utilisation of that time.
    /// </summary>
    /// <value>In the pool's unit times seconds; 0 for pools that are not reusable.</value>
    public double UnitSeconds { get; init; }
}
