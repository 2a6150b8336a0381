namespace AgentOrchestration.Resources;

/// <summary>One named capacity. Not thread-safe: <see cref="ResourcePools"/> holds the lock.</summary>
internal sealed class ResourcePool(string name, long capacity)
{
    public string Name { get; } = name;

    public long Capacity { get; } = capacity;

    public long InUse { get; private set; }

    public bool Has(long amount) => amount <= Capacity - InUse;

    public void Take(long amount) => InUse += amount;

    public void GiveBack(long amount)
    {
        if (amount > InUse)
        {
            throw new InvalidOperationException($"More of '{Name}' was given back than was taken: {amount}, but only {InUse} is in use.");
        }

        InUse -= amount;
    }
}
