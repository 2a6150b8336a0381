using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// The application's ledger and, beside it, the limits on how many attempts run at a time: taken together, all or nothing. The limits are
/// held here, so that they also hold with a ledger of an application's own.
/// </summary>
/// <param name="inner">The application's ledger.</param>
/// <param name="maxAttempts">How many attempts run at a time in all; <see langword="null"/> for no limit.</param>
/// <param name="hasLimits">Whether limits are held here; otherwise they are pools of the ledger, as in a forecast.</param>
internal sealed class AttemptLimiter(IResourceManager inner, int? maxAttempts, bool hasLimits = true) : IResourceManager
{
    // The name of the limit on all attempts, as of a pool.
    private const string Attempts = "attempts of all runs";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _used = new(StringComparer.Ordinal);
    private HashSet<string>? _growing;
    private HashSet<string>? _returned;
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

    public long? GetCapacity(string name) => IsLimit(name) ? ConcurrencyLimit.CapacityOf(name) : inner.GetCapacity(name);

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

    /// <summary>What there is in all of a pool or limit of which only those who hold it can return something; <see langword="null"/> for any other.</summary>
    public long? CapacityToReturn(string pool)
    {
        try
        {
            return pool == Attempts ? maxAttempts
                : IsLimit(pool) || (_returned ??= [.. inner.Snapshot().Where(known => known.Kind == ResourcePoolKind.Reusable).Select(known => known.Name)]).Contains(pool) ? GetCapacity(pool)
                : null;
        }
        catch (Exception)
        {
            // An application's own manager cannot say what there is.
            return null;
        }
    }

    /// <summary>A pool or limit as a message names it.</summary>
    public static string Describe(string pool) =>
        pool == Attempts ? $"the attempts that all runs may have at a time (MaxParallelismTotal)"
        : ConcurrencyLimit.IsLimit(pool) ? $"the attempts that {ConcurrencyLimit.Describe(pool)} may have at a time (MaxConcurrency)"
        : $"'{pool}'";

    /// <summary>Whether a name is that of a pool, not of a limit.</summary>
    public static bool IsPool(string name) => name != Attempts && !ConcurrencyLimit.IsLimit(name);

    /// <summary>What is free of a pool or limit now; <see langword="null"/> when there is none of that name.</summary>
    public long? FreeOf(string pool)
    {
        if (pool != Attempts && !IsLimit(pool))
        {
            return inner.GetFree(pool);
        }

        lock (_gate)
        {
            return pool == Attempts ? maxAttempts - _attempts : ConcurrencyLimit.CapacityOf(pool) - _used.GetValueOrDefault(pool);
        }
    }

    /// <summary>How many attempts of all runs may start now; <see langword="null"/> for no limit.</summary>
    public long? FreeAttempts => FreeOf(Attempts);

    /// <summary>A pool or limit of which there is less free now than work needs; <see langword="null"/> when the manager says that there is none.</summary>
    public string? LackingOf((string Pool, long Amount)[] amounts)
    {
        try
        {
            return Array.Find(amounts, need => (FreeOf(need.Pool) ?? 0) < need.Amount).Pool;
        }
        catch (Exception)
        {
            // An application's own manager cannot say what there is.
            return null;
        }
    }

    /// <summary>Whether there will be more of a pool though nothing is returned.</summary>
    public bool GrowsByItself(string pool)
    {
        try
        {
            return pool != Attempts && !IsLimit(pool) && (_growing ??= [.. inner.Snapshot().Where(known => known.Kind == ResourcePoolKind.Replenishing).Select(known => known.Name)]).Contains(pool);
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>So much of a pool that grows by itself is waited for: its release is announced.</summary>
    /// <returns>Whether it will be announced; <see langword="false"/> when there is enough by now.</returns>
    public bool AnnounceWhenFree(string pool, long amount)
    {
        try
        {
            return inner.AnnounceWhenFree(pool, amount);
        }
        catch (Exception)
        {
            // An application's own manager: what waits is notified of the next release.
            return true;
        }
    }

    public bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease)
    {
        ArgumentNullException.ThrowIfNull(needs);
        return maxAttempts is null && !HasLimit(needs) ? inner.TryAcquire(needs, out lease) : TryAcquireLimited(needs, out lease);
    }

    private bool TryAcquireLimited(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease)
    {
        ResourceAmount[] limits = [.. needs.Amounts.Where(need => IsLimit(need.Name))];

        lease = null;
        ResourceRequirements rest = limits.Length == 0 ? needs : ResourceRequirements.Of(needs.Amounts.Where(need => !IsLimit(need.Name)));
        ResourceLease? innerLease = null;

        // The inner ledger is asked inside the gate: no one may see a limit taken for a request that is refused in the end.
#pragma warning disable CA2000 // What it grants is released with the lease that is returned.
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

        lease = new ResourceLease(needs, _ => Release(needs, limits, innerLease));
        return true;
    }

    private bool IsLimit(string name) => hasLimits && ConcurrencyLimit.IsLimit(name);

    private bool HasLimit(ResourceRequirements needs)
    {
        foreach (ResourceAmount need in needs.AmountSpan)
        {
            if (IsLimit(need.Name))
            {
                return true;
            }
        }

        return false;
    }

    private void Release(ResourceRequirements needs, ResourceAmount[] limits, ResourceLease? innerLease)
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
            _released?.Invoke(this, maxAttempts is null ? needs.AsReleased : new ResourcesReleasedEventArgs([.. limits.Select(limit => limit.Name), Attempts]));
        }
    }
}
