using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Hybrid;

namespace AgentOrchestration.Optimization;

/// <summary>
/// The epochs of task types and tags: to invalidate one is to begin a new epoch of it. Epochs are small entries of the second level that each process reads
/// again after <see cref="Lifetime"/>, so an invalidation reaches all processes within that time. They only grow: a process that knows a later one than the second level
/// writes it there again, and when the second level has lost one that nobody knows, a new one begins, which makes results invalid and never valid.
/// </summary>
/// <remarks>Tags of HybridCache do not do this: a process that has seen a tag does not learn of a later <c>RemoveByTagAsync</c> of another (dotnet/extensions#7411).</remarks>
/// <param name="cache">The application's cache.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="isShared">
/// Whether there is a second level. If not, all begin with the same first epoch, so that results of an earlier process can be taken from its journals.
/// </param>
internal sealed class CacheEpochs(HybridCache cache, TimeProvider timeProvider, bool isShared)
{
    /// <summary>How long an epoch that was read counts, before it is read again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private const string Prefix = "agent-orchestration:epoch:";

    private const string First = "0000000000000000000-";

    /// <summary>Longer than any result is valid in practice; when an epoch is lost sooner, a new one begins.</summary>
    private static readonly TimeSpan Expiration = TimeSpan.FromDays(365);

    private static readonly HybridCacheEntryOptions OnlyFind = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData | HybridCacheEntryFlags.DisableLocalCache };

    private static readonly HybridCacheEntryOptions Kept = new() { Expiration = Expiration, LocalCacheExpiration = Expiration, Flags = HybridCacheEntryFlags.DisableLocalCache };

    private readonly ConcurrentDictionary<string, (string Value, long ReadAt)> _known = new(StringComparer.Ordinal);

    /// <summary>Returns the epoch of a name.</summary>
    public ValueTask<string> GetAsync(string name, CancellationToken cancellationToken) =>
        _known.TryGetValue(name, out (string Value, long ReadAt) known) && timeProvider.GetElapsedTime(known.ReadAt) < Lifetime
            ? ValueTask.FromResult(known.Value)
            : new ValueTask<string>(ReadAsync(name, cancellationToken));

    /// <summary>Begins a new epoch of a name. Here it counts at once.</summary>
    public Task BeginAsync(string name, CancellationToken cancellationToken) => RaiseAsync(name, timeProvider.GetUtcNow(), isAlwaysNew: true, cancellationToken);

    /// <summary>Raises the epoch of a name to a time, unless it is later already.</summary>
    public Task RaiseAsync(string name, DateTimeOffset time, CancellationToken cancellationToken) => RaiseAsync(name, time, isAlwaysNew: false, cancellationToken);

    /// <summary>The time of an epoch, in UTC ticks.</summary>
    public static long TimeOf(string epoch) =>
        epoch.IndexOf('-', StringComparison.Ordinal) is > 0 and var end && long.TryParse(epoch.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out long ticks) ? ticks : 0;

    private async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        long readAt = timeProvider.GetTimestamp();
        string? stored = await FindAsync(name, cancellationToken).ConfigureAwait(false);
        string latest = Later(stored, _known.TryGetValue(name, out (string Value, long) known) ? known.Value : null) ?? (isShared ? New(timeProvider.GetUtcNow().UtcTicks) : First);
        if (isShared && latest != stored)
        {
            await cache.SetAsync(Prefix + name, latest, Kept, cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        return Know(name, latest, readAt);
    }

    private async Task RaiseAsync(string name, DateTimeOffset time, bool isAlwaysNew, CancellationToken cancellationToken)
    {
        long readAt = timeProvider.GetTimestamp();
        string? before = Later(await FindAsync(name, cancellationToken).ConfigureAwait(false), _known.TryGetValue(name, out (string Value, long) known) ? known.Value : null);
        long ticks = Math.Max(0, time.UtcTicks);
        if (before is not null && TimeOf(before) >= ticks)
        {
            if (!isAlwaysNew)
            {
                return;
            }

            // Another process whose clock is ahead has begun it.
            ticks = TimeOf(before) + 1;
        }

        string next = New(ticks);
        Know(name, next, readAt);
        if (isShared)
        {
            await cache.SetAsync(Prefix + name, next, Kept, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    private ValueTask<string?> FindAsync(string name, CancellationToken cancellationToken) => isShared
        ? cache.GetOrCreateAsync(Prefix + name, static _ => ValueTask.FromResult<string?>(null), OnlyFind, cancellationToken: cancellationToken)
        : default;

    /// <summary>Remembers an epoch, unless a later one has become known meanwhile.</summary>
    private string Know(string name, string value, long readAt) => _known.AddOrUpdate(
        name,
        static (_, read) => read,
        static (_, before, read) => (Later(before.Value, read.value)!, Math.Max(before.ReadAt, read.readAt)),
        (value, readAt)).Value;

    /// <summary>The random part distinguishes epochs that began at one moment.</summary>
    private static string New(long ticks) => $"{ticks.ToString("D19", CultureInfo.InvariantCulture)}-{RandomNumberGenerator.GetHexString(12)}";

    private static string? Later(string? one, string? other) => string.CompareOrdinal(one, other) >= 0 ? one : other;
}
