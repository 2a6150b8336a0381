using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// The application's ledger and, beside it, the limits on how many attempts run at a time: taken together, all or nothing. The limits are
/// held here, so that they also hold with a ledger of an application's own.
/// </summary>
/// <param name="inner">The application's ledger.</param>
/// <param name="maxAttempts">How many attempts run at a time in all; <see langword="null"/> for no limit.</param>
internal sealed class LimitedResources(IResourceManager inner, int? maxAttempts) : IResourceManager
{
    // The name of the limit on all attempts, as of a pool.
    private const string Attempts = "attempts of all runs";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _used = new(StringComparer.Ordinal);
    private int _attempts;

    public event EventHandler? Released
    {
        add
        {
            inner.Released += value;
            _released += value;
        }

        remove
        {
            inner.Released -= value;
            _released -= value;
        }
    }

    private event EventHandler? _released;

    /// <summary>Whether every attempt has to ask, also one that needs nothing.</summary>
    public bool LimitsEveryAttempt => maxAttempts is not null;

    public long? GetCapacity(string name) => ConcurrencyLimit.IsLimit(name) ? ConcurrencyLimit.CapacityOf(name) : inner.GetCapacity(name);

    public IReadOnlyList<ResourcePoolSnapshot> Snapshot() => inner.Snapshot();

    /// <summary>What work takes of each pool and limit, the one on all attempts included.</summary>
    public IEnumerable<(string Pool, long Amount)> AmountsOf(ResourceRequirements needs)
    {
        foreach (ResourceAmount need in needs.Amounts)
        {
            yield return (need.Name, need.Amount);
        }

        if (LimitsEveryAttempt)
        {
            yield return (Attempts, 1);
        }
    }

    /// <summary>Whether a name is that of a pool, not of a limit.</summary>
    public static bool IsPool(string name) => name != Attempts && !ConcurrencyLimit.IsLimit(name);

    public IEnumerable<string> PoolsOf(ResourceRequirements needs) => AmountsOf(needs).Select(need => need.Pool);

    /// <summary>The pools and limits of which there is less free now than work needs.</summary>
    public IEnumerable<string> LackingOf(ResourceRequirements needs)
    {
        Dictionary<string, long> free = inner.Snapshot().ToDictionary(pool => pool.Name, pool => pool.Free, StringComparer.Ordinal);
        lock (_gate)
        {
            return [.. AmountsOf(needs).Where(need => FreeOf(need.Pool, free) < need.Amount).Select(need => need.Pool)];
        }
    }

    public bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease)
    {
        ArgumentNullException.ThrowIfNull(needs);
        if (maxAttempts is null && !HasLimit(needs))
        {
            return inner.TryAcquire(needs, out lease);
        }

        ResourceAmount[] limits = [.. needs.Amounts.Where(need => ConcurrencyLimit.IsLimit(need.Name))];

        lease = null;
        ResourceRequirements rest = limits.Length == 0 ? needs : ResourceRequirements.Of(needs.Amounts.Where(need => !ConcurrencyLimit.IsLimit(need.Name)));
        ResourceLease? innerLease = null;

        // The inner ledger is asked inside the gate: nobody may see a limit taken for a request that is refused in the end.
#pragma warning disable CA2000 // What it grants goes back with the lease that is returned.
        lock (_gate)
        {
            if (_attempts >= maxAttempts
                || Array.Exists(limits, limit => _used.GetValueOrDefault(limit.Name) + limit.Amount > ConcurrencyLimit.CapacityOf(limit.Name))
                || (!rest.IsNone && !inner.TryAcquire(rest, out innerLease)))
            {
                return false;
            }

            _attempts++;
            Array.ForEach(limits, limit => _used[limit.Name] = _used.GetValueOrDefault(limit.Name) + limit.Amount);
        }

#pragma warning restore CA2000

        lease = new ResourceLease(needs, _ => GiveBack(limits, innerLease));
        return true;
    }

    private long? FreeOf(string pool, Dictionary<string, long> free) =>
        pool == Attempts ? maxAttempts - _attempts
        : ConcurrencyLimit.IsLimit(pool) ? ConcurrencyLimit.CapacityOf(pool) - _used.GetValueOrDefault(pool)
        : free.TryGetValue(pool, out long left) ? left : null;

    private static bool HasLimit(ResourceRequirements needs)
    {
        foreach (ResourceAmount need in needs.AmountSpan)
        {
            if (ConcurrencyLimit.IsLimit(need.Name))
            {
                return true;
            }
        }

        return false;
    }

    private void GiveBack(ResourceAmount[] limits, ResourceLease? innerLease)
    {
        lock (_gate)
        {
            _attempts--;
            foreach (ResourceAmount limit in limits)
            {
                long left = _used[limit.Name] - limit.Amount;
                if (left == 0)
                {
                    // Keys come and go; what is not in use is not remembered.
                    _used.Remove(limit.Name);
                }
                else
                {
                    _used[limit.Name] = left;
                }
            }
        }

        try
        {
            innerLease?.Dispose();
        }
        finally
        {
            _released?.Invoke(this, EventArgs.Empty);
        }
    }
}
