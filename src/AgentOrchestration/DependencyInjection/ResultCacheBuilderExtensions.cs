using AgentOrchestration;
using AgentOrchestration.Execution;
using AgentOrchestration.Optimization;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

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
    /// Keeps results of task types whose effect is <c>Pure</c>, or is <c>Read</c> and has a <c>CacheTimeToLive</c>, beyond their run: in the memory of the
    /// process, and through the application's <see cref="HybridCache"/> in its <c>IDistributedCache</c> if one is registered. A result is found again by task
    /// type, version, input, and the models that the application's chat clients name, those with a key included; a model that code asks for by itself
    /// (<c>ChatOptions.ModelId</c>) is part of the version. An answer of a model that was cut off or filtered is not kept. What a run is about to do
    /// that another run of the process does at this moment, it waits for instead (<c>FlightJoined</c>).
    /// </summary>
    /// <remarks>
    /// Results are kept as JSON, and only those that their JSON returns as they were. One that holds an instance of another type than
    /// the declared one (a base class, an interface, <see cref="object"/>), or that loses a property when it is read, is not kept, and a
    /// warning says why: declare the type itself, or name it with <c>[JsonDerivedType]</c>. Collections behind interfaces count by their
    /// content. What a type keeps out of its JSON (a private field, <c>[JsonIgnore]</c>, the comparer of a dictionary) is no part of its results.
    /// A cache that fails or does not answer delays a run by at most its <c>CancellationGracePeriod</c>, and a warning says so: the work is done then.
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options. Default: results are valid for an hour, and 1,000 are kept in memory.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time to live is not greater than zero, or the number of local entries is negative.</exception>
    public static IAgentOrchestrationBuilder UseResultCache(this IAgentOrchestrationBuilder builder, Action<ResultCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new ResultCacheOptions();
        configure?.Invoke(options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.TimeToLive, TimeSpan.Zero, nameof(configure));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxLocalEntries, nameof(configure));

        IServiceCollection services = builder.Services;
        services.AddHybridCache();
        services.RemoveAll<HybridResultCache>();
        services.AddSingleton(provider => new HybridResultCache(
            provider.GetRequiredService<HybridCache>(),
            options,
            provider.GetRequiredService<PayloadSerializer>(),
            new CacheEpochs(
                provider.GetRequiredService<HybridCache>(),
                provider.GetRequiredService<TimeProvider>(),
                isShared: provider.GetService<IDistributedCache>() is not (null or MemoryDistributedCache)),
            new AskedModels(provider.GetRequiredService<IServiceScopeFactory>(), KeysOf(services)),
            provider.GetRequiredService<ITaskTypeRegistry>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IResultCache>(provider => provider.GetRequiredService<HybridResultCache>());
        services.RemoveAll<IResultCacheControl>();
        services.AddSingleton<IResultCacheControl>(provider => new ResultCacheControl(
            provider.GetRequiredService<HybridResultCache>(), (plan, runOptions, cancellationToken) => RunAsync(provider, plan, runOptions, cancellationToken), WarmingOf(provider, options)));
        services.RemoveAll<ResultCacheOptions>();
        services.AddSingleton(options);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ResultCacheWarmUp>(static provider => new ResultCacheWarmUp(
            provider.GetRequiredService<IResultCacheControl>(),
            provider.GetRequiredService<ResultCacheOptions>(),
            AgentOrchestrationServiceCollectionExtensions.LoggerOf<ResultCacheWarmUp>(provider))));
        return builder;
    }

    /// <summary>The keys of the application's chat clients, when they are asked for: all are registered then.</summary>
    private static IEnumerable<object> KeysOf(IServiceCollection services) => services
        .Where(service => service.ServiceType == typeof(IChatClient) && service.IsKeyedService && service.ServiceKey != KeyedService.AnyKey)
        .Select(service => service.ServiceKey)
        .OfType<object>();

    private static JournalWarming? WarmingOf(IServiceProvider provider, ResultCacheOptions options) => provider.GetService<IRunStore>() is not { } store ? null : new JournalWarming(
        store,
        provider.GetRequiredService<HybridResultCache>(),
        options,
        provider.GetRequiredService<TimeProvider>(),
        AgentOrchestrationServiceCollectionExtensions.LoggerOf<JournalWarming>(provider));

    private static async Task<RunSnapshot> RunAsync(IServiceProvider provider, TaskPlan plan, RunOptions? options, CancellationToken cancellationToken)
    {
        OrchestrationRun run = await provider.GetRequiredService<ITaskOrchestrator>().StartAsync(plan, options, cancellationToken).ConfigureAwait(false);
        await using (run.ConfigureAwait(false))
        {
            try
            {
                return (await run.WaitAsync(cancellationToken).ConfigureAwait(false)).Run;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await run.CancelAsync(CancellationToken.None).ConfigureAwait(false);
                throw;
            }
        }
    }
}
