using System.Diagnostics.CodeAnalysis;

namespace AgentOrchestration.Resources;

/// <summary>The built-in ledger: fixed pools behind one lock, so that a vector of needs is one decision and cannot deadlock.</summary>
internal sealed class ResourcePools : IResourceManager
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, ResourcePool> _pools = new(StringComparer.Ordinal);
    private readonly Action<ResourceRequirements> _giveBack;

    /// <param name="capacities">Later amounts of the same name replace earlier ones, so an application overrides the machine's defaults.</param>
    public ResourcePools(IEnumerable<ResourceAmount> capacities)
    {
        foreach (ResourceAmount capacity in capacities)
        {
            _pools[capacity.Name] = new ResourcePool(capacity.Name, capacity.Amount);
        }

        _giveBack = GiveBack;
    }

    public event EventHandler? Released;

    public long? GetCapacity(string name) => _pools.TryGetValue(name, out ResourcePool? pool) ? pool.Capacity : null;

    public bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease)
    {
        ArgumentNullException.ThrowIfNull(needs);
        lease = null;
        lock (_gate)
        {
            foreach (ResourceAmount need in needs.AmountSpan)
            {
                if (!_pools.TryGetValue(need.Name, out ResourcePool? pool) || !pool.Has(need.Amount))
                {
                    return false;
                }
            }

            foreach (ResourceAmount need in needs.AmountSpan)
            {
                _pools[need.Name].Take(need.Amount);
            }
        }

        lease = new ResourceLease(needs, _giveBack);
        return true;
    }

    public IReadOnlyList<ResourcePoolSnapshot> Snapshot()
    {
        lock (_gate)
        {
            return [.. _pools.Values.Select(pool => new ResourcePoolSnapshot(pool.Name, pool.Capacity, pool.InUse))];
        }
    }

    private void GiveBack(ResourceRequirements granted)
    {
        lock (_gate)
        {
            foreach (ResourceAmount amount in granted.AmountSpan)
            {
                _pools[amount.Name].GiveBack(amount.Amount);
            }
        }

        Announce();
    }

    /// <summary>A listener that throws keeps no other from hearing.</summary>
    private void Announce()
    {
        List<Exception>? thrown = null;
        foreach (EventHandler listener in Delegate.EnumerateInvocationList(Released))
        {
            try
            {
                listener(this, EventArgs.Empty);
            }
            catch (Exception exception)
            {
                (thrown ??= []).Add(exception);
            }
        }

        if (thrown is not null)
        {
            throw new AggregateException("A listener to releases threw.", thrown);
        }
    }
}
