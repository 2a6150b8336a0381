namespace AgentOrchestration.Resources;

/// <summary>What is taken is gone.</summary>
internal sealed class ConsumablePool(string name, long capacity) : ResourcePool(name, capacity)
{
    private long _used;

    public override ResourcePoolKind Kind => ResourcePoolKind.Consumable;

    public override long InUse => _used;

    public override long MostGrantable => Math.Max(0, Capacity - _used);

    public override void Take(long amount) => _used += amount;

    public override bool GiveBack(long amount) => false;
}
