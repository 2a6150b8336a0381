using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling;

/// <summary>A run's door to the ledger that all runs share (see <see cref="RunShares"/>). Safe for concurrent use.</summary>
internal sealed class RunShare(LimitedResources ledger, RunShares shares, TimeProvider timeProvider) : IResourceManager
{
    private readonly Dictionary<string, long> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _waitsSince = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _waited = new(StringComparer.Ordinal);
    private volatile bool _isWaiting;

    public event EventHandler? Released
    {
        add
        {
            ledger.Released += value;
            shares.Changed += value;
        }

        remove
        {
            ledger.Released -= value;
            shares.Changed -= value;
        }
    }

    /// <summary>Whether every attempt has to ask, also one that needs nothing.</summary>
    public bool LimitsEveryAttempt => ledger.LimitsEveryAttempt;

    /// <summary>Whether the run has attempts running, that will give something back. One that has none yields to nobody, so nobody waits for ever.</summary>
    public Func<bool> IsRunning { get; set; } = static () => true;

    public long? GetCapacity(string name) => ledger.GetCapacity(name);

    public IReadOnlyList<ResourcePoolSnapshot> Snapshot() => ledger.Snapshot();

    public bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease)
    {
        ArgumentNullException.ThrowIfNull(needs);
        lease = null;
        ResourceLease? granted;
        lock (shares.Gate)
        {
#pragma warning disable CA2000 // What was granted goes back with the lease that is returned.
            if (MustYield(needs) || !ledger.TryAcquire(needs, out granted))
#pragma warning restore CA2000
            {
                Wait(needs);
                return false;
            }

            foreach (string pool in ledger.PoolsOf(needs))
            {
                EndWait(pool);
            }

            foreach ((string pool, long amount) in ledger.AmountsOf(needs))
            {
                _held[pool] = HeldOf(pool) + amount;
            }
        }

        lease = new ResourceLease(needs, _ => GiveBack(granted));
        return true;
    }

    /// <summary>The run waits for nothing any longer.</summary>
    public void StopWaiting()
    {
        if (!_isWaiting)
        {
            return;
        }

        bool wasFirst;
        lock (shares.Gate)
        {
            _isWaiting = false;
            foreach (string pool in _waitsSince.Keys.ToArray())
            {
                EndWait(pool);
            }

            wasFirst = shares.StopWaiting(this);
        }

        if (wasFirst)
        {
            shares.Announce();
        }
    }

    /// <summary>By pool, how long something of the run has waited for it.</summary>
    public Dictionary<string, TimeSpan> Waits()
    {
        lock (shares.Gate)
        {
            return _waited.Keys.Union(_waitsSince.Keys).Where(LimitedResources.IsPool).ToDictionary(
                pool => pool, pool => _waited.GetValueOrDefault(pool) + (_waitsSince.TryGetValue(pool, out long since) ? timeProvider.GetElapsedTime(since) : TimeSpan.Zero));
        }
    }

    /// <summary>Inside the gate: by pool, how long something of the run has been waiting for it.</summary>
    public IEnumerable<(string Pool, TimeSpan SoFar)> WaitsNow() =>
        _waitsSince.Where(wait => LimitedResources.IsPool(wait.Key)).Select(wait => (wait.Key, timeProvider.GetElapsedTime(wait.Value)));

    /// <summary>Inside the gate.</summary>
    public bool WaitsFor(string pool) => _waitsSince.ContainsKey(pool);

    /// <summary>Inside the gate.</summary>
    public long HeldOf(string pool) => _held.GetValueOrDefault(pool);

    private bool MustYield(ResourceRequirements needs)
    {
        if (!IsRunning())
        {
            return false;
        }

        foreach (string pool in ledger.PoolsOf(needs))
        {
            if (shares.MustYield(this, pool))
            {
                return true;
            }
        }

        return false;
    }

    private void Wait(ResourceRequirements needs)
    {
        foreach (string pool in LackingOf(needs))
        {
            _waitsSince.TryAdd(pool, timeProvider.GetTimestamp());
        }

        _isWaiting = true;
        shares.Wait(this);
    }

    private IEnumerable<string> LackingOf(ResourceRequirements needs)
    {
        try
        {
            return ledger.LackingOf(needs);
        }
        catch (Exception)
        {
            // An application's own manager cannot say what there is: it waits for any of them.
            return ledger.PoolsOf(needs);
        }
    }

    private void EndWait(string pool)
    {
        if (_waitsSince.Remove(pool, out long since))
        {
            TimeSpan waited = timeProvider.GetElapsedTime(since);
            _waited[pool] = _waited.GetValueOrDefault(pool) + waited;
            shares.AddWaited(pool, waited);
        }
    }

    private void GiveBack(ResourceLease granted)
    {
        lock (shares.Gate)
        {
            foreach ((string pool, long amount) in ledger.AmountsOf(granted.Granted))
            {
                long left = HeldOf(pool) - amount;
                if (left == 0)
                {
                    _held.Remove(pool);
                }
                else
                {
                    _held[pool] = left;
                }
            }
        }

        granted.Dispose();
    }
}
