using System.Security.Cryptography;
using System.Text;
using AgentOrchestration.Execution;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Payloads;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.Caching.Hybrid;

namespace AgentOrchestration.Optimization;

/// <summary>
/// Keeps results as JSON in a local level of its own, and in the second level of the application's <see cref="HybridCache"/> if it has one. A result
/// that its JSON would not return as it was is refused.
/// </summary>
/// <param name="cache">The application's cache.</param>
/// <param name="options">The options.</param>
/// <param name="serializer">Writes and reads results.</param>
/// <param name="epochs">The epochs of task types and tags.</param>
/// <param name="models">The models that code may ask.</param>
/// <param name="taskTypes">The task types, for results whose key alone is known.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class HybridResultCache(
    HybridCache cache, ResultCacheOptions options, PayloadSerializer serializer, CacheEpochs epochs, AskedModels models, ITaskTypeRegistry taskTypes, TimeProvider timeProvider) : IResultCache
{
    private const string Prefix = "agent-orchestration:";

    /// <summary>The epoch whose time is the earliest at which a result may have been made.</summary>
    private const string Earliest = "earliest";

    private static readonly HybridCacheEntryOptions OnlyFind = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData | HybridCacheEntryFlags.DisableLocalCache };

    private readonly FaithfulJson _json = new(serializer.Options);
    private readonly LocalResults _local = new(options.MaxLocalEntries);

    /// <summary>The number of results in the memory of this process.</summary>
    public int LocalCount => _local.Count;

    /// <summary>How long any result is valid at most.</summary>
    public TimeSpan LongestTimeToLive => taskTypes.TaskTypes.Select(taskType => taskType.Options.CacheTimeToLive).OfType<TimeSpan>().Append(options.TimeToLive).Max();

    public string? PartitionOf(RunOptions run) => options.Partition?.Invoke(run);

    public async ValueTask<CachePlace> PlaceAsync(TaskDescriptor taskType, string identity, string? partition, CancellationToken cancellationToken)
    {
        string all = await EpochsOfAsync(taskType, cancellationToken).ConfigureAwait(false);
        return new CachePlace($"{Prefix}{taskType.Name}:{models.Part}{PartOf(partition)}{identity}", all);
    }

    public async ValueTask<CachedOutput?> FindAsync(TaskDescriptor taskType, CachePlace place, CancellationToken cancellationToken)
    {
        long earliest = CacheEpochs.TimeOf(await epochs.GetAsync(Earliest, cancellationToken).ConfigureAwait(false));
        if (_local.Find(place.Key, Now()) is { } local)
        {
            if (Read(taskType, place, local, earliest) is { } found)
            {
                return found;
            }

            _local.Remove(place.Key);
        }

        byte[]? entry = await cache.GetOrCreateAsync(place.Key, static _ => ValueTask.FromResult<byte[]?>(null), OnlyFind, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (entry is null || Read(taskType, place, entry, earliest) is not { } output)
        {
            return null;
        }

        Keep(taskType, place, entry);
        return output;
    }

    public CachedOutput? Read(TaskDescriptor taskType, CachePlace place, byte[] entry) => Read(taskType, place, entry, earliest: 0);

    public byte[] Write(TaskDescriptor taskType, object? output, CachePlace place, AvoidedWork work) =>
        new CachedEntry(Now(), place.Epochs, work.Duration, work.Usage).Write(taskType.OutputType == typeof(None) ? "{}"u8 : _json.Write(output, taskType.OutputType));

    public void Keep(TaskDescriptor taskType, CachePlace place, byte[] entry)
    {
        if (CachedEntry.TryRead(entry, out _) is { } header)
        {
            _local.Keep(place.Key, entry, header.Cost, EndOf(taskType, header));
        }
    }

    /// <summary>Keeps an entry of an earlier run in this process, if it is valid.</summary>
    /// <returns>Whether it is.</returns>
    public async ValueTask<bool> TryKeepAsync(CachePlace place, byte[] entry, CancellationToken cancellationToken)
    {
        if (!place.Key.StartsWith(Prefix, StringComparison.Ordinal)
            || place.Key.IndexOf(':', Prefix.Length) is not (> 0 and var end)
            || !taskTypes.TryGet(place.Key[Prefix.Length..end], out TaskDescriptor? taskType)
            || !taskType.MayCache
            || place.Epochs != await EpochsOfAsync(taskType, cancellationToken).ConfigureAwait(false)
            || CachedEntry.TryRead(entry, out _) is not { } header
            || header.At < CacheEpochs.TimeOf(await epochs.GetAsync(Earliest, cancellationToken).ConfigureAwait(false))
            || EndOf(taskType, header) <= Now())
        {
            return false;
        }

        Keep(taskType, place, entry);
        return true;
    }

    public ValueTask StoreAsync(TaskDescriptor taskType, CachePlace place, byte[] entry, CancellationToken cancellationToken)
    {
        TimeSpan left = CachedEntry.TryRead(entry, out _) is { } header ? TimeSpan.FromTicks(EndOf(taskType, header) - Now()) : TimeSpan.Zero;
        return left <= TimeSpan.Zero
            ? ValueTask.CompletedTask
            : cache.SetAsync(
                place.Key,
                entry,
                new HybridCacheEntryOptions { Expiration = left, LocalCacheExpiration = left, Flags = HybridCacheEntryFlags.DisableLocalCache },
                cancellationToken: cancellationToken);
    }

    public Task InvalidateTaskTypeAsync(string taskType, CancellationToken cancellationToken) => epochs.BeginAsync(TypeEpoch(taskType), cancellationToken);

    public Task InvalidateTagAsync(string tag, CancellationToken cancellationToken) => epochs.BeginAsync(TagEpoch(tag), cancellationToken);

    public Task InvalidateMadeBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) => epochs.RaiseAsync(Earliest, time, cancellationToken);

    private async ValueTask<string> EpochsOfAsync(TaskDescriptor taskType, CancellationToken cancellationToken)
    {
        string all = await epochs.GetAsync(TypeEpoch(taskType.Name), cancellationToken).ConfigureAwait(false);
        foreach (string tag in taskType.Options.CacheTags)
        {
            all = $"{all},{await epochs.GetAsync(TagEpoch(tag), cancellationToken).ConfigureAwait(false)}";
        }

        return all;
    }

    private static string TypeEpoch(string taskType) => $"type:{taskType}";

    private static string TagEpoch(string tag) => $"tag:{tag}";

    /// <summary>The name of a partition may hold anything.</summary>
    private static string PartOf(string? partition) => partition is null ? "" : $"in:{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(partition)))}:";

    private CachedOutput? Read(TaskDescriptor taskType, CachePlace place, byte[] entry, long earliest) =>
        CachedEntry.TryRead(entry, out ReadOnlySpan<byte> result) is { } header && header.Epochs == place.Epochs && header.At >= earliest && EndOf(taskType, header) > Now()
            ? new CachedOutput(taskType.OutputType == typeof(None) ? None.Value : _json.Read(result, taskType.OutputType)) { Work = header.Work }
            : null;

    private long EndOf(TaskDescriptor taskType, CachedEntry header) => header.At + (taskType.Options.CacheTimeToLive ?? options.TimeToLive).Ticks;

    private long Now() => timeProvider.GetUtcNow().UtcTicks;
}
