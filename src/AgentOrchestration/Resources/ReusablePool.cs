namespace AgentOrchestration.Resources;

/// <summary>What is taken comes back.</summary>
internal sealed class ReusablePool(string name, long capacity) : ResourcePool(name, capacity)
{
    private long _inUse;
    private long _now;
    private double _unitTicks;

    public override ResourcePoolKind Kind => ResourcePoolKind.Reusable;

    public override long InUse => _inUse;

    public override double UnitSeconds => _unitTicks / TimeSpan.TicksPerSecond;

    public override void AdvanceTo(long now)
    {
        _unitTicks += (double)_inUse * (now - _now);
        _now = now;
    }

    public override void Take(long amount) => _inUse += amount;

    public override bool GiveBack(long amount)
    {
        if (amount > _inUse)
        {
            throw new InvalidOperationException($"More of '{Name}' was released than was taken: {amount}, but only {_inUse} is in use.");
        }

        _inUse -= amount;
        return true;
    }
}
