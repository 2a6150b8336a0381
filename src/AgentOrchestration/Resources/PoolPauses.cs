namespace AgentOrchestration.Resources;

/// <summary>The pools that grant nothing until a time. Not thread-safe: <see cref="ResourcePools"/> holds the lock. Times are ticks since the ledger was made.</summary>
internal sealed class PoolPauses
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    private readonly HashSet<ResourcePool> _paused = [];

    public bool IsAny => _paused.Count > 0;

    /// <summary>When the first of them ends; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextEnd { get; private set; } = long.MaxValue;

    /// <summary>Begins, moves or ends the pause of a pool.</summary>
    /// <returns>Whether it has ended.</returns>
    public bool Set(ResourcePool pool, long now, TimeSpan time)
    {
        bool wasPaused = pool.PausedUntil > now;
        bool isPaused = time > TimeSpan.Zero;
        pool.PausedUntil = isPaused ? now + Math.Min(time.Ticks, Longest.Ticks) : 0;
        _ = isPaused ? _paused.Add(pool) : _paused.Remove(pool);
        NextEnd = _paused.Count == 0 ? long.MaxValue : _paused.Min(paused => paused.PausedUntil);
        return wasPaused && !isPaused;
    }

    /// <summary>Ends all pauses whose time has come.</summary>
    /// <returns>The names of the pools.</returns>
    public IReadOnlyList<string> End(long now)
    {
        ResourcePool[] ended = [.. _paused.Where(pool => pool.PausedUntil <= now)];
        foreach (ResourcePool pool in ended)
        {
            pool.AdvanceTo(now);
            Set(pool, now, TimeSpan.Zero);
        }

        return Array.ConvertAll(ended, pool => pool.Name);
    }
}
