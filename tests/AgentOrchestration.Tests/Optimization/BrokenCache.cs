using Microsoft.Extensions.Caching.Hybrid;

namespace AgentOrchestration.Tests.Optimization;

/// <param name="onlyWrites">Whether look-ups find nothing instead of breaking.</param>
internal sealed class BrokenCache(bool onlyWrites) : HybridCache
{
    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) => onlyWrites ? factory(state, cancellationToken) : throw Broken();

    public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default) => throw Broken();

    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => throw Broken();

    public override ValueTask SetAsync<T>(
        string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        throw Broken();

    private static InvalidTimeZoneException Broken() => new("The cache broke.");
}
