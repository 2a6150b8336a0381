namespace AgentOrchestration.Resources;

/// <summary>One named capacity. Not thread-safe: <see cref="ResourcePools"/> holds the lock. Times are ticks since the ledger was made.</summary>
internal abstract class ResourcePool(string name, long capacity)
{
    public string Name { get; } = name;

    public long Capacity { get; protected set; } = capacity;

    public abstract ResourcePoolKind Kind { get; }

    /// <summary>How long it takes from empty to full by itself.</summary>
    public virtual TimeSpan? Period => null;

    /// <summary>What is leased out, or used up and not grown again. Above the capacity when the pool has shrunk.</summary>
    public abstract long InUse { get; }

    /// <summary>The most that one request may be granted, now or later.</summary>
    public virtual long MostGrantable => Capacity;

    /// <summary>The integral of what was in use over time, in the pool's unit times seconds.</summary>
    public virtual double UnitSeconds => 0;

    /// <summary>Until when nothing is granted; 0 for a pool that is not paused.</summary>
    public long PausedUntil { get; set; }

    /// <summary>Brings the pool up to the present; called before anything else is asked or done.</summary>
    public virtual void AdvanceTo(long now)
    {
    }

    public virtual bool Has(long amount) => amount <= Capacity - InUse;

    public abstract void Take(long amount);

    public virtual void Resize(long capacity) => Capacity = capacity;

    /// <returns>Whether anything is free again.</returns>
    public abstract bool GiveBack(long amount);

    /// <summary>When an amount that the pool has not now will be there by itself.</summary>
    public virtual long DueAt(long amount) => long.MaxValue;
}
