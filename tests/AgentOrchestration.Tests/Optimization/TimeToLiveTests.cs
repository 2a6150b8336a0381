using System.Collections.Concurrent;
using AgentOrchestration.Runs;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Optimization;

public sealed class TimeToLiveTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_read_with_a_time_to_live_is_found_again_and_one_without_is_not()
    {
        await using CachedWork work = new((work, builder) =>
        {
            work.Add(builder, "rates", (int number) => number * 2, TaskEffect.Read, options => options.CacheTimeToLive = Minute);
            work.Add(builder, "clock", (int number) => number * 2, TaskEffect.Read);
        });
        await work.RunAsync("rates", 21);
        await work.RunAsync("clock", 21);

        (SubtaskSnapshot rates, bool ratesRan) = await work.RunAgainAsync("rates", 21);
        (_, bool clockRan) = await work.RunAgainAsync("clock", 21);

        Assert.Equal((false, true), (ratesRan, clockRan));
        Assert.Equal((42, OutputOrigin.Cached), (rates.Output, rates.Origin));
    }

    [Fact]
    public async Task Each_type_has_its_own_time_to_live_or_the_one_of_the_cache()
    {
        var cache = new RecordingCache();
        await using CachedWork work = new(
            (work, builder) =>
            {
                work.Add(builder, "own", (None _) => 1, TaskEffect.Read, options => options.CacheTimeToLive = Minute);
                work.Add(builder, "pure", (None _) => 1, TaskEffect.Pure, options => options.CacheTimeToLive = 2 * Minute);
                work.Add(builder, "any", (None _) => 1);
            },
            services => services.AddSingleton<HybridCache>(cache));

        await work.RunAsync("own");
        await work.RunAsync("pure");
        await work.RunAsync("any");

        Assert.Equal([Minute, 2 * Minute, TimeSpan.FromHours(1)], new[] { "own", "pure", "any" }.Select(name => cache.Kept.Single(entry => entry.Key.Contains($":{name}:", StringComparison.Ordinal)).Value));
    }

    [Theory]
    [InlineData(TaskEffect.Write)]
    [InlineData(TaskEffect.Irreversible)]
    public void What_changes_something_is_not_cached(TaskEffect effect) => Assert.Contains(
        effect.ToString(),
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddAgentOrchestration().AddTaskType("a", "A.", () => 1, options => (options.Effect, options.CacheTimeToLive) = (effect, Minute))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_time_to_live_is_greater_than_zero() => Assert.Throws<ArgumentException>(() =>
        new ServiceCollection().AddAgentOrchestration().AddTaskType("a", "A.", () => 1, options => (options.Effect, options.CacheTimeToLive) = (TaskEffect.Pure, TimeSpan.Zero)));

    /// <summary>Finds nothing, and remembers how long entries are kept.</summary>
    private sealed class RecordingCache : HybridCache
    {
        public ConcurrentDictionary<string, TimeSpan?> Kept { get; } = [];

        public override ValueTask<T> GetOrCreateAsync<TState, T>(
            string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
            factory(state, cancellationToken);

        public override ValueTask SetAsync<T>(string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
        {
            Kept[key] = options?.Expiration == options?.LocalCacheExpiration ? options?.Expiration : null;
            return ValueTask.CompletedTask;
        }

        public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
