using System.Diagnostics.Metrics;
using System.Text.Json;
using AgentOrchestration;
using AgentOrchestration.DependencyInjection;
using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Model;
using AgentOrchestration.Planning.Selection;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plugins;
using AgentOrchestration.Resources;
using AgentOrchestration.Results;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Deferring;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the library to an application.</summary>
/// <example>
/// <code>
/// services.AddChatClient(model);
/// services.AddAgentOrchestration(options =&gt; options.Runs.MaxParallelism = 16)
///     .AddTaskType&lt;ReadTable&gt;()
///     .AddResource("gpu", capacity: 2);
/// </code>
/// </example>
public static class AgentOrchestrationServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="ITaskOrchestrator"/> and all it needs. Works with and without a host, and may be called again to configure more.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets options; they are checked when the host starts, or else when they are first used.</param>
    /// <returns>The builder, for task types, resources, plugins and the rest.</returns>
    public static IAgentOrchestrationBuilder AddAgentOrchestration(this IServiceCollection services, Action<AgentOrchestrationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OptionsBuilder<AgentOrchestrationOptions> options = services.AddOptions<AgentOrchestrationOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AgentOrchestrationOptions>, AgentOrchestrationOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AgentOrchestrationOptions>, AgentOrchestrationOptionsRules>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new PayloadSerializer(WithTypes(OptionsOf(provider).JsonSerializerOptions)));

        AddSeams(services);
        AddMonitoring(services);
        services.TryAddSingleton<ITaskOrchestrator>(CreateOrchestrator);
        services.TryAddSingleton(typeof(IResultCompiler<>), typeof(ChatClientResultCompiler<>));
        return new AgentOrchestrationBuilder(services);
    }

    private static void AddSeams(IServiceCollection services)
    {
        services.TryAddSingleton<IResourceManager>(provider =>
            new ResourcePools(
                [.. MachineCapacity.Detect().Select(amount => new ResourceDeclaration(amount.Name, amount.Amount)), .. provider.GetServices<ResourceDeclaration>()],
                provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => provider.GetRequiredService<IResourceManager>() as IAdjustableResources
            ?? throw new InvalidOperationException(
                $"The application's own {nameof(IResourceManager)} does not implement {nameof(IAdjustableResources)}: implement it, or change its capacities in a way of its own."));
        services.TryAddSingleton(provider => new ResourceObjects(
            provider.GetServices<ResourceObjectDeclaration>(),
            provider,
            provider.GetRequiredService<IResourceManager>(),
            provider.GetRequiredService<TimeProvider>(),
            LoggerOf<ResourceObjects>(provider),
            mayHoldSecrets: provider.GetService<ISecretProvider>() is not null));
        services.TryAddSingleton<ITaskTypeRegistry>(provider =>
            new TaskTypeRegistry(TaskTypesOf(provider), provider.GetRequiredService<PayloadSerializer>()));
        services.TryAddSingleton(SchedulingPolicies.CriticalPathFirst);
        services.TryAddSingleton(provider => new PlanningChatClient(provider.GetService<IChatClient>(), Key: null) { Prices = provider.GetService<PriceTable>() });
        services.TryAddSingleton<ITaskTypeSelector>(provider => new TaskTypeSelector(
            provider.GetServices<PlanTemplate>().Select(template => template.Plan),
            provider.GetService<IEmbeddingGenerator<string, Embedding<float>>>(),
            provider.GetRequiredService<TimeProvider>(),
            LoggerOf<TaskTypeSelector>(provider)));
        services.TryAddSingleton<ITaskDecomposer>(provider => new ChatClientTaskDecomposer(
            provider.GetRequiredService<PlanningChatClient>(),
            new PlanQuestions(
                provider.GetRequiredService<ITaskTypeRegistry>(),
                provider.GetRequiredService<IResourceManager>(),
                provider.GetRequiredService<PayloadSerializer>(),
                OptionsOf(provider).Planning,
                new SchemaSelection(provider.GetRequiredService<ITaskTypeRegistry>(), provider.GetRequiredService<ITaskTypeSelector>(), OptionsOf(provider).Planning)),
            OptionsOf(provider).Planning,
            provider.GetRequiredService<TimeProvider>(),
            LoggerOf<ChatClientTaskDecomposer>(provider)));
        services.TryAddSingleton<IExecutor>(provider => new LocalExecutor(
            provider.GetRequiredService<IServiceScopeFactory>(),
            provider.GetRequiredService<WaitingRoom>(),
            provider.GetRequiredService<RunOrdering>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<PayloadSerializer>(),
            provider.GetServices<TaskMiddleware>(),
            provider.GetServices<IRunEventSink>(),
            LoggerOf<LocalExecutor>(provider),
            provider.GetService<IResultCache>())
        {
            Workers = provider.GetService<WorkerPool>() ?? WorkerPool.Shared,
            Objects = provider.GetRequiredService<ResourceObjects>(),
            Store = provider.GetService<IRunStore>(),
            Leases = provider.GetRequiredService<LeaseTerms>(),
            Live = provider.GetRequiredService<LiveRuns>(),
            Deferring = [.. provider.GetServices<DeferringEndpoint>()],
            Endpoints = provider.GetServices<DeferringEndpoint>().Any() ? [.. provider.GetServices<IModelEndpoint>().OfType<ModelEndpoint>()] : [],
            Prices = provider.GetService<PriceTable>(),
            Secrets = provider.GetService<ISecretProvider>(),
            TaskTypes = provider.GetRequiredService<ITaskTypeRegistry>(),
        });
        services.TryAddSingleton(provider => new PlanChecker(
            provider.GetRequiredService<ITaskTypeRegistry>(),
            provider.GetRequiredService<IResourceManager>(),
            provider.GetRequiredService<PayloadSerializer>())
        {
            ApprovalRule = OptionsOf(provider).RequiresApproval,
            MaxInputBytes = OptionsOf(provider).MaxInputBytes,
            MaxReferences = OptionsOf(provider).MaxReferences,
        });
        services.TryAddSingleton(provider => new Planner(
            provider.GetRequiredService<ITaskDecomposer>(),
            provider.GetRequiredService<PlanChecker>(),
            provider.GetRequiredService<ITaskTypeRegistry>(),
            OptionsOf(provider).Planning,
            provider.GetRequiredService<TimeProvider>(),
            LoggerOf<Planner>(provider))
        {
            Review = graph => new PlanReviewer(provider.GetRequiredService<Forecaster>(), provider.GetRequiredService<PlanChecker>()).Review(graph, new RunOptions().Over(OptionsOf(provider).Runs)),
        });
        services.TryAddSingleton(provider => new WaitingRoom(
            new AttemptLimiter(provider.GetRequiredService<IResourceManager>(), OptionsOf(provider).MaxParallelismTotal),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<LiveRuns>();
        services.TryAddSingleton(provider => LeaseTerms.Of(OptionsOf(provider).LeaseDuration));
        services.TryAddSingleton(CreateStarter);
        services.TryAddSingleton(provider => new StoredRuns(
            provider.GetRequiredService<PlanChecker>(),
            provider.GetRequiredService<ITaskTypeRegistry>(),
            provider.GetRequiredService<RunStarter>(),
            provider.GetRequiredService<LeaseTerms>(),
            provider.GetRequiredService<TimeProvider>(),
            provider));
        services.TryAddSingleton(provider => new FollowedRuns(
            provider.GetRequiredService<PlanChecker>(),
            provider.GetRequiredService<ITaskTypeRegistry>(),
            provider.GetRequiredService<PayloadSerializer>(),
            provider.GetService<WorkerPool>() ?? WorkerPool.Shared,
            provider.GetRequiredService<TimeProvider>(),
            provider));
        services.TryAddSingleton(provider => new RunsById(
            provider.GetRequiredService<LiveRuns>(), provider.GetRequiredService<StoredRuns>(), provider.GetRequiredService<FollowedRuns>(), provider));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RunShutdown>());
        services.TryAddSingleton<ObservedDurations>();
        services.TryAddSingleton<IObservedDurations>(provider => provider.GetRequiredService<ObservedDurations>());
        services.TryAddSingleton(provider => new Forecaster(
            provider.GetRequiredService<IResourceManager>(),
            OptionsOf(provider).MaxParallelismTotal,
            provider.GetRequiredService<ObservedDurations>(),
            provider.GetRequiredService<RunOrdering>())
        {
            Limits = provider.GetRequiredService<WaitingRoom>().Ledger,
            BatchEndpoints = provider.GetServices<DeferringEndpoint>().Select(static endpoint => endpoint.Name).ToHashSet(StringComparer.Ordinal),
        });
        services.TryAddSingleton(provider => new RunOrdering(
            provider.GetRequiredService<ISchedulingPolicy>(),
            new AttemptLimiter(provider.GetRequiredService<IResourceManager>(), maxAttempts: null),
            provider.GetRequiredService<ObservedDurations>(),
            provider.GetRequiredService<TimeProvider>(),
            LoggerOf<RunOrdering>(provider))
        {
            ComputeAsync = (provider.GetService<WorkerPool>() ?? WorkerPool.Shared).ComputeAsync,
        });
        services.TryAddSingleton<IPluginRegistry>(provider => new PluginRegistry(
            provider.GetServices<PluginDescriptor>(),
            provider.GetRequiredService<ITaskOrchestrator>(),
            provider.GetRequiredService<ITaskTypeRegistry>(),
            provider.GetRequiredService<PayloadSerializer>()));
    }

    private static void AddMonitoring(IServiceCollection services)
    {
        services.TryAddSingleton<IResourceProbe, ProcessResourceProbe>();
        services.TryAddSingleton(provider => new SystemMonitor(
            provider.GetRequiredService<IResourceProbe>(),
            provider.GetRequiredService<IResourceManager>(),
            provider.GetRequiredService<WaitingRoom>(),
            provider.GetRequiredService<TimeProvider>(),
            OptionsOf(provider).Monitoring.SamplingInterval,
            LoggerOf<SystemMonitor>(provider)));
        services.TryAddSingleton(provider => new RunMonitor(
            provider.GetRequiredService<SystemMonitor>(),
            provider.GetServices<AlertRule>(),
            provider.GetServices<IAlertSink>(),
            provider.GetRequiredService<TimeProvider>(),
            LoggerOf<RunMonitor>(provider)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAlertSink, LogAlertSink>(provider => new LogAlertSink(LoggerOf<LogAlertSink>(provider))));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRunEventSink, RunLogger>(provider =>
            new RunLogger(LoggerOf<RunLogger>(provider), provider.GetRequiredService<SystemMonitor>())));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRunEventSink, RunMetrics>(provider =>
            new RunMetrics(provider.GetService<IMeterFactory>(), provider.GetRequiredService<IResourceManager>(), provider.GetRequiredService<WaitingRoom>(), provider.GetServices<IModelEndpoint>(), LoggerOf<RunMetrics>(provider))));
        services.TryAddSingleton(provider => new RunTracing(LoggerOf<RunTracing>(provider)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<TaskMiddleware, TracingMiddleware>());
    }

    private static RunStarter CreateStarter(IServiceProvider provider)
    {
        var learning = new PlanLearning(
            provider.GetRequiredService<ITaskTypeSelector>, provider.GetRequiredService<ITaskTypeRegistry>(), OptionsOf(provider).Planning, LoggerOf<PlanLearning>(provider));
        var watch = new RunWatch(
            provider.GetRequiredService<RunMonitor>(),
            provider.GetRequiredService<RunTracing>(),
            provider.GetRequiredService<Forecaster>(),
            learning,
            provider.GetRequiredService<LiveRuns>(),
            provider);
        return new RunStarter(provider.GetRequiredService<IExecutor>(), watch);
    }

    private static TaskOrchestrator CreateOrchestrator(IServiceProvider provider) => new(
        provider.GetRequiredService<Planner>(),
        provider.GetRequiredService<PlanChecker>(),
        provider.GetRequiredService<ITaskTypeRegistry>(),
        provider.GetRequiredService<Forecaster>(),
        provider.GetRequiredService<RunStarter>(),
        provider.GetRequiredService<RunsById>(),
        provider.GetRequiredService<StoredRuns>(),
        provider.GetService<WorkerPool>() ?? WorkerPool.Shared,
        OptionsOf(provider),
        provider);

    private static TaskDescriptor[] TaskTypesOf(IServiceProvider provider)
    {
        TaskDescriptor[] taskTypes = [.. provider.GetServices<TaskDescriptor>()];
        foreach (TaskTypeConfiguration configuration in provider.GetServices<TaskTypeConfiguration>().Where(configuration => taskTypes.All(taskType => taskType.Name != configuration.Name)))
        {
            throw new InvalidOperationException(
                $"{nameof(TaskTypeBuilderExtensions.ConfigureTaskType)} names a task type '{configuration.Name}' that is not registered. Register it, or use one of: {new NearestNames([.. taskTypes.Select(taskType => taskType.Name)]).Of(configuration.Name)}.");
        }

        return taskTypes;
    }

    private static AgentOrchestrationOptions OptionsOf(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<AgentOrchestrationOptions>>().Value;

    /// <summary>Options that do not say where types are known from know what the default knows.</summary>
    private static JsonSerializerOptions WithTypes(JsonSerializerOptions options) => options.TypeInfoResolver is null
        ? new JsonSerializerOptions(options) { TypeInfoResolver = PayloadSerializer.DefaultOptions.TypeInfoResolver }
        : options;

    /// <summary>Logging is optional, and registering it is the application's business.</summary>
    internal static ILogger<T> LoggerOf<T>(IServiceProvider provider) => CalmLogger<T>.Of(provider.GetService<ILoggerFactory>());
}
