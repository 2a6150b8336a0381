using System.Diagnostics.CodeAnalysis;

namespace AgentOrchestration.Resources;

/// <summary>The built-in ledger: named pools behind one lock, so that a vector of needs is one decision and cannot deadlock.</summary>
#pragma warning disable CA1001 // Its timer is due once: after the end of the application it finds nobody to tell.
internal sealed class ResourcePools : IResourceManager, IAdjustableResources
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly PoolPauses _pauses = new();
    private readonly Dictionary<string, ResourcePool> _pools = new(StringComparer.Ordinal);
    private readonly ResourcePool[] _byName;
    private readonly ResourcesReleasedEventArgs _replenishing;
    private readonly Action<ResourceRequirements> _giveBack;
    private readonly TimeProvider? _timeProvider;
    private readonly long _madeAt;
    private readonly double _ticksPerStamp;
    private ITimer? _timer;
    private long _wakeAt = long.MaxValue;

    /// <summary>Pools without a clock: time does not pass for them.</summary>
    /// <param name="capacities">Later amounts of the same name replace earlier ones.</param>
    public ResourcePools(IEnumerable<ResourceAmount> capacities)
        : this(capacities.Select(capacity => new ResourceDeclaration(capacity.Name, capacity.Amount)), timeProvider: null)
    {
    }

    /// <param name="declarations">Later ones of the same name replace earlier ones, so an application overrides the machine's defaults.</param>
    /// <param name="timeProvider">The clock.</param>
    public ResourcePools(IEnumerable<ResourceDeclaration> declarations, TimeProvider? timeProvider)
    {
        foreach (ResourceDeclaration declaration in declarations)
        {
            _pools[declaration.Name] = declaration.ToPool();
        }

        _byName = [.. _pools.Values.OrderBy(pool => pool.Name, StringComparer.Ordinal)];
        _replenishing = new ResourcesReleasedEventArgs([.. _byName.Where(pool => pool.Kind == ResourcePoolKind.Replenishing).Select(pool => pool.Name)]);
        _giveBack = GiveBack;
        _timeProvider = timeProvider;
        _madeAt = timeProvider?.GetTimestamp() ?? 0;
        _ticksPerStamp = (double)TimeSpan.TicksPerSecond / (timeProvider?.TimestampFrequency ?? 1);
    }

    public event EventHandler? Released;

    /// <summary>Raised after a capacity was set, outside the lock.</summary>
    public event EventHandler? CapacityChanged;

    public long? GetCapacity(string name)
    {
        if (!_pools.TryGetValue(name, out ResourcePool? pool))
        {
            return null;
        }

        lock (_gate)
        {
            return pool.MostGrantable;
        }
    }

    public void SetCapacity(string name, long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ResourcePool pool = Find(name);
        lock (_gate)
        {
            pool.AdvanceTo(Now());
            pool.Resize(capacity);
        }

        CapacityChanged?.Invoke(this, EventArgs.Empty);
        Announce(EventArgs.Empty);
    }

    public bool Pause(string name, DateTimeOffset until)
    {
        ResourcePool pool = Find(name);
        if (_timeProvider is null)
        {
            return false;
        }

        bool hasEnded;
        lock (_gate)
        {
            long now = Now();
            pool.AdvanceTo(now);
            hasEnded = _pauses.Set(pool, now, until - _timeProvider.GetUtcNow());

            // Who waits already was refused before, and has not asked to be woken at the end of a pause.
            WakeAt(_pauses.NextEnd);
        }

        if (hasEnded)
        {
            Announce(new ResourcesReleasedEventArgs([name]));
        }

        return true;
    }

    /// <summary>Begins with a pause, before anybody waits.</summary>
    public void BeginPaused(string name, TimeSpan time) => _pauses.Set(Find(name), Now(), time);

    public bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease)
    {
        ArgumentNullException.ThrowIfNull(needs);
        lease = null;
        lock (_gate)
        {
            ResourcePool? pool = null;
            foreach (ResourceAmount need in needs.AmountSpan)
            {
                if (!_pools.TryGetValue(need.Name, out pool))
                {
                    return false;
                }

                // Refusals are many when many wait, so they look at the clock only if it matters.
                if (pool.Kind == ResourcePoolKind.Replenishing)
                {
                    pool.AdvanceTo(Now());
                }

                if (IsPaused(pool))
                {
                    WakeAt(pool.PausedUntil);
                    return false;
                }

                if (!pool.Has(need.Amount))
                {
                    WakeAt(pool.DueAt(need.Amount));
                    return false;
                }
            }

            long now = Now();
            if (needs.AmountSpan is [var only])
            {
                pool!.AdvanceTo(now);
                pool.Take(only.Amount);
            }
            else
            {
                foreach (ResourceAmount need in needs.AmountSpan)
                {
                    pool = _pools[need.Name];
                    pool.AdvanceTo(now);
                    pool.Take(need.Amount);
                }
            }
        }

        lease = new ResourceLease(needs, _giveBack);
        return true;
    }

    public long? GetFree(string name)
    {
        if (!_pools.TryGetValue(name, out ResourcePool? pool))
        {
            return null;
        }

        lock (_gate)
        {
            pool.AdvanceTo(Now());
            return IsPaused(pool) ? Math.Min(0, pool.Capacity - pool.InUse) : pool.Capacity - pool.InUse;
        }
    }

    public bool AnnounceWhenFree(string name, long amount)
    {
        if (!_pools.TryGetValue(name, out ResourcePool? pool))
        {
            return true;
        }

        lock (_gate)
        {
            pool.AdvanceTo(Now());
            bool isPaused = IsPaused(pool);
            if (!isPaused && pool.Has(amount))
            {
                return false;
            }

            WakeAt(isPaused ? pool.PausedUntil : pool.DueAt(amount));
            return true;
        }
    }

    public IReadOnlyList<ResourcePoolSnapshot> Snapshot()
    {
        lock (_gate)
        {
            long now = Now();
            return Array.ConvertAll(_byName, pool =>
            {
                pool.AdvanceTo(now);
                return new ResourcePoolSnapshot(pool.Name, pool.Capacity, pool.InUse)
                {
                    Kind = pool.Kind,
                    Period = pool.Period,
                    UnitSeconds = pool.UnitSeconds,
                    PausedFor = IsPaused(pool) ? new TimeSpan(pool.PausedUntil - now) : TimeSpan.Zero,
                };
            });
        }
    }

    private void GiveBack(ResourceRequirements granted)
    {
        bool isAnyFree = false;
        lock (_gate)
        {
            long now = Now();
            foreach (ResourceAmount amount in granted.AmountSpan)
            {
                ResourcePool pool = _pools[amount.Name];
                pool.AdvanceTo(now);
                isAnyFree |= pool.GiveBack(amount.Amount);
            }
        }

        if (isAnyFree)
        {
            Announce(granted.AsReleased);
        }
    }

    /// <summary>Whether a pool grants nothing. Work that needs a pool which is never paused does not look at the clock.</summary>
    private bool IsPaused(ResourcePool pool) => pool.PausedUntil > 0 && pool.PausedUntil > Now();

    private ResourcePool Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _pools.GetValueOrDefault(name) ?? throw new ArgumentException(
            $"There is no resource '{name}'. There are: {string.Join(", ", _byName.Select(known => known.Name))}. Declare others with AddResource.",
            nameof(name));
    }

    private long Now() => _timeProvider is null ? 0 : (long)((_timeProvider.GetTimestamp() - _madeAt) * _ticksPerStamp);

    /// <summary>Somebody was refused what will be there by itself: those who wait are to be asked again then.</summary>
    private void WakeAt(long dueAt)
    {
        if (dueAt >= _wakeAt || _timeProvider is null)
        {
            return;
        }

        _wakeAt = dueAt;
        _timer ??= CreateTimer(_timeProvider);

        // Timers count whole milliseconds; one that comes early would find too little.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(((dueAt - Now()) / TimeSpan.TicksPerMillisecond) + 1, 1, int.MaxValue)), Timeout.InfiniteTimeSpan);
    }

    private ITimer CreateTimer(TimeProvider timeProvider)
    {
        // It serves all runs: it must not carry the ambient values (activity, culture…) of the first along.
        using AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        return timeProvider.CreateTimer(static pools => ((ResourcePools)pools!).OnReplenished(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void OnReplenished()
    {
        ResourcesReleasedEventArgs released = _replenishing;
        lock (_gate)
        {
            _wakeAt = long.MaxValue;
            if (_pauses.IsAny)
            {
                released = new ResourcesReleasedEventArgs([.. _replenishing.Pools.Union(_pauses.End(Now()), StringComparer.Ordinal)]);
                WakeAt(_pauses.NextEnd);
            }
        }

        try
        {
            Announce(released);
        }
        catch (AggregateException)
        {
            // What a listener throws on a timer's thread would end the process.
        }
    }

    /// <summary>A listener that throws keeps no other from hearing.</summary>
    private void Announce(EventArgs released)
    {
        List<Exception>? thrown = null;
        foreach (EventHandler listener in Delegate.EnumerateInvocationList(Released))
        {
            try
            {
                listener(this, released);
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
