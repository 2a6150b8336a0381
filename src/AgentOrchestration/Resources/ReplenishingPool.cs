namespace AgentOrchestration.Resources;

/// <summary>
/// A token bucket: what is taken grows again steadily, a capacity in a period. What is missing is counted in units times ticks of the
/// period, so that it is exact: in a tick it falls by the capacity.
/// </summary>
internal sealed class ReplenishingPool(string name, long capacity, TimeSpan period) : ResourcePool(name, capacity)
{
    private Int128 _missing;
    private long _now;

    public override ResourcePoolKind Kind => ResourcePoolKind.Replenishing;

    public override TimeSpan? Period => period;

    public override long InUse => (long)Int128.Min(long.MaxValue, (_missing + period.Ticks - 1) / period.Ticks);

    public override void AdvanceTo(long now)
    {
        _missing = Int128.Max(0, _missing - ((Int128)Capacity * (now - _now)));
        _now = now;
    }

    public override bool Has(long amount) => Lack(amount) <= 0;

    public override void Take(long amount) => _missing += (Int128)amount * period.Ticks;

    /// <summary>When it shrinks it is empty at most: nothing comes back to it, and a debt would take longer to grow than the whole pool.</summary>
    public override void Resize(long capacity)
    {
        base.Resize(capacity);
        _missing = Int128.Min(_missing, (Int128)capacity * period.Ticks);
    }

    public override bool GiveBack(long amount) => false;

    public override long DueAt(long amount)
    {
        if (amount > Capacity)
        {
            return long.MaxValue;
        }

        Int128 ticks = (Lack(amount) + Capacity - 1) / Capacity;
        return ticks > long.MaxValue - _now ? long.MaxValue : _now + (long)ticks;
    }

    private Int128 Lack(long amount) => _missing - (((Int128)Capacity - amount) * period.Ticks);
}
