using AgentOrchestration.Execution;
using AgentOrchestration.Optimization;
using AgentOrchestration.Plans.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the cache of results.</summary>
/// <example>
/// <code>
/// services.AddHybridCache();
/// services.AddAgentOrchestration().UseResultCache();
/// </code>
/// </example>
public static class ResultCacheBuilderExtensions
{
    /// <summary>
    /// Keeps results of task types whose effect is <c>Pure</c>, or is <c>Read</c> and has a <c>CacheTimeToLive</c>, beyond their run, in the
    /// application's <see cref="HybridCache"/>: in memory, and in its <c>IDistributedCache</c> if one is registered. A result is found again by task
    /// type, version, input and the model that the application's chat client names. An answer of a model that was cut off or filtered is not kept.
    /// </summary>
    /// <remarks>
    /// Results are kept as JSON, and only those that their JSON gives back as they were. One that holds an instance of another type than
    /// the declared one (a base class, an interface, <see cref="object"/>), or that loses a property when it is read, is not kept, and a
    /// warning says why: declare the type itself, or name it with <c>[JsonDerivedType]</c>. Collections behind interfaces count by their
    /// content. What a type keeps out of its JSON (a private field, <c>[JsonIgnore]</c>, the comparer of a dictionary) is no part of its results.
    /// A cache that fails or does not answer delays a run by at most its <c>CancellationGracePeriod</c>, and a warning says so: the work is done then.
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options. Default: results are valid for an hour.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time to live is not greater than zero.</exception>
    public static IAgentOrchestrationBuilder UseResultCache(this IAgentOrchestrationBuilder builder, Action<ResultCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new ResultCacheOptions();
        configure?.Invoke(options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.TimeToLive, TimeSpan.Zero, nameof(configure));

        builder.Services.AddHybridCache();
        builder.Services.RemoveAll<HybridResultCache>();
        builder.Services.AddSingleton(provider => new HybridResultCache(
            provider.GetRequiredService<HybridCache>(), options, provider.GetRequiredService<PayloadSerializer>(), provider.GetService<IChatClient>()));
        builder.Services.TryAddSingleton<IResultCache>(provider => provider.GetRequiredService<HybridResultCache>());
        builder.Services.TryAddSingleton<IResultCacheControl>(provider => provider.GetRequiredService<HybridResultCache>());
        return builder;
    }
}
