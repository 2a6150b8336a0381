using System.Security.Cryptography;
using System.Text;
using AgentOrchestration.Execution;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Payloads;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Hybrid;

namespace AgentOrchestration.Optimization;

/// <summary>
/// Keeps results as JSON in the application's <see cref="HybridCache"/>: in memory, and in its distributed cache if it has one. A result
/// that its JSON would not give back as it was is refused.
/// </summary>
internal sealed class HybridResultCache(HybridCache cache, ResultCacheOptions options, PayloadSerializer serializer, IChatClient? chat) : IResultCache, IResultCacheControl
{
    private const string Prefix = "agent-orchestration:";

    private static readonly HybridCacheEntryOptions OnlyFind = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData };

    private readonly FaithfulJson _json = new(serializer.Options);
    private readonly HybridCacheEntryOptions _entry = Lasting(options.TimeToLive);
    private readonly string _model = ModelOf(chat);

    public async ValueTask<CachedOutput?> FindAsync(TaskDescriptor taskType, string identity, CancellationToken cancellationToken)
    {
        byte[]? json = await cache.GetOrCreateAsync(
            KeyOf(taskType, identity), static _ => ValueTask.FromResult<byte[]?>(null), OnlyFind, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (json is null)
        {
            return null;
        }

        return new CachedOutput(taskType.OutputType == typeof(None) ? None.Value : _json.Read(json, taskType.OutputType));
    }

    public byte[] Write(TaskDescriptor taskType, object? output) =>
        taskType.OutputType == typeof(None) ? "{}"u8.ToArray() : _json.Write(output, taskType.OutputType);

    public ValueTask StoreAsync(TaskDescriptor taskType, string identity, byte[] entry, CancellationToken cancellationToken)
    {
        string[] tags = [TypeTag(taskType.Name), .. taskType.Options.CacheTags.Select(UserTag)];
        HybridCacheEntryOptions options = taskType.Options.CacheTimeToLive is { } own ? Lasting(own) : _entry;
        return cache.SetAsync(KeyOf(taskType, identity), entry, options, tags, cancellationToken);
    }

    public ValueTask InvalidateTaskTypeAsync(string taskType, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(taskType);
        return cache.RemoveByTagAsync(TypeTag(taskType), cancellationToken);
    }

    public ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tag);
        return cache.RemoveByTagAsync(UserTag(tag), cancellationToken);
    }

    private static HybridCacheEntryOptions Lasting(TimeSpan timeToLive) => new() { Expiration = timeToLive, LocalCacheExpiration = timeToLive };

    /// <summary>The application's model: what one model has answered is no answer of another. Empty where there is none.</summary>
    private static string ModelOf(IChatClient? chat) =>
        chat?.GetService(typeof(ChatClientMetadata)) is ChatClientMetadata { DefaultModelId: { } model } metadata
            ? $"{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{metadata.ProviderName}\n{model}")))}:"
            : "";

    private string KeyOf(TaskDescriptor taskType, string identity) => $"{Prefix}{taskType.Name}:{_model}{identity}";

    private static string TypeTag(string taskType) => $"{Prefix}type:{taskType}";

    private static string UserTag(string tag) => $"{Prefix}tag:{tag}";
}
