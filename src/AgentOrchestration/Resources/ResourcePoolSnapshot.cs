namespace AgentOrchestration.Resources;

/// <summary>One pool at one moment.</summary>
/// <param name="Name">The pool's name.</param>
/// <param name="Capacity">All there is, in the pool's unit.</param>
/// <param name="InUse">What is leased out, in the pool's unit.</param>
public readonly record struct ResourcePoolSnapshot(string Name, long Capacity, long InUse)
{
    /// <summary>What is free, in the pool's unit.</summary>
    public long Free => Capacity - InUse;
}
