namespace AgentOrchestration.Resources;

/// <summary>A pool that was declared.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Capacity">All there is.</param>
internal sealed record ResourceDeclaration(string Name, long Capacity)
{
    public ResourcePoolKind Kind { get; init; }

    /// <summary>How long an empty replenishing pool takes to be full.</summary>
    public TimeSpan Period { get; init; }

    public ResourcePool ToPool() => Kind switch
    {
        ResourcePoolKind.Replenishing => new ReplenishingPool(Name, Capacity, Period),
        ResourcePoolKind.Consumable => new ConsumablePool(Name, Capacity),
        _ => new ReusablePool(Name, Capacity),
    };
}
