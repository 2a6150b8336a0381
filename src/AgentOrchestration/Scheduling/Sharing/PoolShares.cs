using AgentOrchestration.Runs;

namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>What a run has of each pool and limit, and whose turn it is between it and the others. Used inside the gate of the room.</summary>
/// <param name="room">Where all runs wait.</param>
/// <param name="run">The run.</param>
/// <param name="maxBypasses">How often others that come later may take of a pool before the run.</param>
/// <param name="priority">How important the run is.</param>
internal sealed class PoolShares(WaitingRoom room, RunResources run, int maxBypasses, int priority)
{
    /// <summary>A rank is the priority, the highest first, and in the lower bits what the run holds.</summary>
    private const int HeldBits = 48;

    private const long MostHeld = (1L << HeldBits) - 1;

    private readonly Dictionary<string, PoolShare> _shares = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _waited = new(StringComparer.Ordinal);

    /// <inheritdoc cref="RunResources.IsRunning"/>
    public Func<bool> IsRunning { get; set; } = static () => true;

    /// <summary>The turn since which the others yield to the run; <see langword="null"/> when they do not.</summary>
    public long? ReservedAt { get; set; }

    /// <summary>How often the run may be bypassed in a line before it is considered.</summary>
    public long MostBypasses => Math.Max(1, maxBypasses);

    private long Priority => !room.HasPriorities ? 0 : run.Nesting.IsAwaited ? RunOptionsRules.MaxPriority + 1 : priority;

    public IReadOnlyCollection<PoolShare> All => _shares.Values;

    /// <summary>All of them, for a caller that adds or forgets some.</summary>
    public PoolShare[] ToArray() => [.. _shares.Values];

    public PoolShare? Find(string pool) => _shares.GetValueOrDefault(pool);

    public PoolShare Of(string pool)
    {
        if (!_shares.TryGetValue(pool, out PoolShare? share))
        {
            share = new PoolShare(run, pool);
            share.Place.BypassesLeft = maxBypasses;
            _shares.Add(pool, share);
        }

        return share;
    }

    public void Forget(PoolShare share)
    {
        if (share.IsUnused)
        {
            _shares.Remove(share.Pool);
        }
    }

    /// <summary>Gets the pool that others are to have first; <see langword="null"/> when there is none.</summary>
    public string? WhyYield(ReadyGroup group)
    {
        foreach ((string pool, long amount) in group.Amounts)
        {
            PoolShare? own = Find(pool);
            if (own?.Groups.FirstBlocking() is { } urgent && urgent.Who != group && urgent.ComesBefore(group.Urgency, 0))
            {
                return pool;
            }

            if (room.LineOf(pool) is { } line && MustYield(line, own, amount))
            {
                return pool;
            }
        }

        return null;
    }

    /// <summary>The run takes an amount of a pool: those that come before it were bypassed.</summary>
    public PoolShare Take(string pool, long amount, ref NotifiedRuns notified)
    {
        PoolShare share = Of(pool);
        PoolLine? line = room.LineOf(pool);
        long kept = Math.Min(share.Promise, amount);
        share.Promise -= kept;
        line?.Promised -= kept;
        (long rank, long since) = TurnOf(share);
        share.Held += amount;
        if (line is not null)
        {
            WaitingRoom.Bypass(line, rank, since, room.HasPriorities ? RankOf(Priority - 1, held: 0) : null, ref notified);
        }

        share.TookAt = room.NextTurn();
        return share;
    }

    /// <summary>After something was taken: the run has its turn again later, and may be bypassed as often as at first.</summary>
    public void BeginTurn(PoolShare share)
    {
        if (share.Waiting > 0 || share.HasNews)
        {
            share.Since = share.TookAt;
            Update(share, maxBypasses);
        }
        else
        {
            share.Place.BypassesLeft = maxBypasses;
        }
    }

    /// <summary>The run returns an amount of a pool.</summary>
    public void Return(string pool, long amount, ref NotifiedRuns notified)
    {
        PoolShare share = Of(pool);
        share.Held -= amount;
        share.Since = share.Waiting > 0 ? room.NextTurn() : share.Since;
        if (share.IsUnused)
        {
            _shares.Remove(pool);
        }
        else if (share.Place.IsInLine)
        {
            Update(share);
            if (room.LineOf(pool) is { GrowsByItself: true })
            {
                // The ledger releases nothing of it, but it may be the run's turn now.
                room.Serve(pool, ref notified);
            }
        }
    }

    public void EndPromise(PoolShare share)
    {
        room.LineOf(share.Pool)?.Promised -= share.Promise;
        share.Promise = 0;
        share.HasNews = false;
    }

    /// <summary>Puts the run where it belongs in the line of a pool.</summary>
    /// <param name="share">Its share.</param>
    /// <param name="bypasses">From now on how often it may be bypassed there; <see langword="null"/> for as it is.</param>
    public void Update(PoolShare share, long? bypasses = null)
    {
        (long rank, long since) = TurnOf(share);
        room.Place(share, rank, since == long.MaxValue ? share.Since : since, bypasses);
        if (bypasses is { } left && !share.Place.IsInLine)
        {
            share.Place.BypassesLeft = left;
        }
    }

    /// <summary>Puts the run where it belongs in all lines: whether the others yield to it has changed, or whether it is running.</summary>
    public void UpdateAll()
    {
        foreach (PoolShare share in ToArray())
        {
            bool isUnlimited = ReservedAt is null && share.Place.BypassesLeft > int.MaxValue;
            Update(share, isUnlimited ? MostBypasses : null);
        }
    }

    /// <summary>The run is elsewhere in its lines: what it had to leave to others may be its turn now.</summary>
    public void ServeAll(ref NotifiedRuns notified)
    {
        foreach (PoolShare share in ToArray())
        {
            if (share.Waiting > 0)
            {
                room.Serve(share.Pool, ref notified);
            }
        }
    }

    public void AddWaited(string pool, TimeSpan waited) => _waited[pool] = _waited.GetValueOrDefault(pool) + waited;

    /// <summary>By pool, how long something of the run has waited for it.</summary>
    public Dictionary<string, TimeSpan> Waits()
    {
        Dictionary<string, TimeSpan> waits = new(_waited.Where(pool => AttemptLimiter.IsPool(pool.Key)), StringComparer.Ordinal);
        foreach ((string pool, TimeSpan soFar) in WaitsNow())
        {
            waits[pool] = waits.GetValueOrDefault(pool) + soFar;
        }

        return waits;
    }

    /// <summary>By pool, how long something of the run has been waiting for it.</summary>
    public IEnumerable<(string Pool, TimeSpan SoFar)> WaitsNow() => _shares.Values
        .Where(share => share.WaitsSince is not null && AttemptLimiter.IsPool(share.Pool))
        .Select(share => (share.Pool, room.TimeProvider.GetElapsedTime(share.WaitsSince!.Value)));

    private bool MustYield(PoolLine line, PoolShare? own, long amount)
    {
        long kept = line.Promised - (own?.Promise ?? 0);
        if (kept > 0 && room.FreeOf(line.Pool) - kept < amount)
        {
            return true;
        }

        (long rank, long since) = TurnOf(own);
        return (line.Runs.FirstBlocking() is { } reserved && reserved.Who.Run != run && reserved.ComesBefore(rank, since))
            || (line.Runs.First is { } first && first.Who.Run != run && first.Rank < rank);
    }

    /// <summary>
    /// Whose turn it is: first runs that were bypassed too often, in one order for all pools, so that no two wait for each other; then the run of higher
    /// priority, where one that code of another run waits for has the highest; then the one that holds less, where one that has nothing running counts as one that holds nothing; then the one that has waited longer.
    /// </summary>
    private (long Rank, long Since) TurnOf(PoolShare? share) =>
        ReservedAt is { } reservedAt ? (long.MinValue, reservedAt)
        : (RankOf(Priority, share is { Held: > 0 } && IsRunning() ? share.Held : 0), share is { Place.IsInLine: true } ? share.Since : long.MaxValue);

    private static long RankOf(long priority, long held) => (-priority << HeldBits) + Math.Min(held, MostHeld);
}
