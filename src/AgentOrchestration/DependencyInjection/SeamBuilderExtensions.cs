using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.DependencyInjection;
using AgentOrchestration.Execution;
using AgentOrchestration.Planning;
using AgentOrchestration.Plugins;
using AgentOrchestration.Resources;
using AgentOrchestration.Results;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Replaces parts of the library by custom ones: by type, by instance, or by factory; or wraps them. Replacing a part keeps its wrappers, whatever
/// comes first. Among wrappers the first that is added is the outermost. Each part is a singleton.
/// </summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration()
///     .UseDecomposer&lt;MyDecomposer&gt;()
///     .UseExecutor((services, inner) => new MyExecutor(inner));
/// </code>
/// </example>
public static class SeamBuilderExtensions
{
    /// <summary>Replaces what breaks a request into a plan.</summary>
    /// <typeparam name="TDecomposer">The implementation; its constructor takes services of the container.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseDecomposer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TDecomposer>(
        this IAgentOrchestrationBuilder builder)
        where TDecomposer : class, ITaskDecomposer => builder.Replace<ITaskDecomposer>(ServiceDescriptor.Singleton<ITaskDecomposer, TDecomposer>());

    /// <summary>Replaces what breaks a request into a plan.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="decomposer">The instance. It is not disposed of with the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseDecomposer(this IAgentOrchestrationBuilder builder, ITaskDecomposer decomposer)
    {
        ArgumentNullException.ThrowIfNull(decomposer);
        return builder.Replace<ITaskDecomposer>(ServiceDescriptor.Singleton(decomposer));
    }

    /// <summary>Replaces what breaks a request into a plan.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="factory">Makes it of the services of the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseDecomposer(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, ITaskDecomposer> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Replace<ITaskDecomposer>(ServiceDescriptor.Singleton(factory));
    }

    /// <summary>Wraps what breaks a request into a plan. Templates and the plan cache stay outside of it, whenever they are added.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="wrap">Makes the wrapper of the services of the container and of what is wrapped.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseDecomposer(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, ITaskDecomposer, ITaskDecomposer> wrap) =>
        builder.Wrap(wrap);

    /// <summary>Replaces what selects the task types whose schemas a planning prompt holds, where more are registered than <see cref="PlanningOptions.MaxTaskTypeSchemas"/>.</summary>
    /// <typeparam name="TSelector">The implementation; its constructor takes services of the container.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseTaskTypeSelector<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSelector>(
        this IAgentOrchestrationBuilder builder)
        where TSelector : class, ITaskTypeSelector => builder.Replace<ITaskTypeSelector>(ServiceDescriptor.Singleton<ITaskTypeSelector, TSelector>());

    /// <summary>Replaces what selects the task types whose schemas a planning prompt holds.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="selector">The instance. It is not disposed of with the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseTaskTypeSelector(this IAgentOrchestrationBuilder builder, ITaskTypeSelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return builder.Replace<ITaskTypeSelector>(ServiceDescriptor.Singleton(selector));
    }

    /// <summary>Replaces what selects the task types whose schemas a planning prompt holds.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="factory">Makes it of the services of the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseTaskTypeSelector(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, ITaskTypeSelector> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Replace<ITaskTypeSelector>(ServiceDescriptor.Singleton(factory));
    }

    /// <summary>Wraps what selects the task types whose schemas a planning prompt holds, for example to put some of them first for each request.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="wrap">Makes the wrapper of the services of the container and of what is wrapped.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseTaskTypeSelector(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, ITaskTypeSelector, ITaskTypeSelector> wrap) =>
        builder.Wrap(wrap);

    /// <summary>Replaces what executes runs.</summary>
    /// <typeparam name="TExecutor">The implementation; its constructor takes services of the container.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseExecutor<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TExecutor>(
        this IAgentOrchestrationBuilder builder)
        where TExecutor : class, IExecutor => builder.Replace<IExecutor>(ServiceDescriptor.Singleton<IExecutor, TExecutor>());

    /// <summary>Replaces what executes runs.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="executor">The instance. It is not disposed of with the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseExecutor(this IAgentOrchestrationBuilder builder, IExecutor executor)
    {
        ArgumentNullException.ThrowIfNull(executor);
        return builder.Replace<IExecutor>(ServiceDescriptor.Singleton(executor));
    }

    /// <summary>Replaces what executes runs.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="factory">Makes it of the services of the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseExecutor(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, IExecutor> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Replace<IExecutor>(ServiceDescriptor.Singleton(factory));
    }

    /// <summary>Wraps what executes runs. Derive it from <see cref="DelegatingExecutor"/> to pass on what it does not change.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="wrap">Makes the wrapper of the services of the container and of what is wrapped.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseExecutor(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, IExecutor, IExecutor> wrap) =>
        builder.Wrap(wrap);

    /// <summary>Replaces the ledger of resources.</summary>
    /// <typeparam name="TResourceManager">The implementation; its constructor takes services of the container.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseResourceManager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TResourceManager>(
        this IAgentOrchestrationBuilder builder)
        where TResourceManager : class, IResourceManager => builder.Replace<IResourceManager>(ServiceDescriptor.Singleton<IResourceManager, TResourceManager>());

    /// <summary>Replaces the ledger of resources.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="manager">The instance. It is not disposed of with the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseResourceManager(this IAgentOrchestrationBuilder builder, IResourceManager manager)
    {
        ArgumentNullException.ThrowIfNull(manager);
        return builder.Replace<IResourceManager>(ServiceDescriptor.Singleton(manager));
    }

    /// <summary>Replaces the ledger of resources.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="factory">Makes it of the services of the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseResourceManager(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, IResourceManager> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Replace<IResourceManager>(ServiceDescriptor.Singleton(factory));
    }

    /// <summary>Wraps the ledger of resources.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="wrap">Makes the wrapper of the services of the container and of what is wrapped.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseResourceManager(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, IResourceManager, IResourceManager> wrap) =>
        builder.Wrap(wrap);

    /// <summary>Sets the order in which ready subtasks start. The default is <see cref="SchedulingPolicies.CriticalPathFirst"/>.</summary>
    /// <typeparam name="TPolicy">The implementation; its constructor takes services of the container.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseSchedulingPolicy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy>(
        this IAgentOrchestrationBuilder builder)
        where TPolicy : class, ISchedulingPolicy => builder.Replace<ISchedulingPolicy>(ServiceDescriptor.Singleton<ISchedulingPolicy, TPolicy>());

    /// <summary>Sets the order in which ready subtasks start. The default is <see cref="SchedulingPolicies.CriticalPathFirst"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="policy">The instance. It is not disposed of with the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseSchedulingPolicy(this IAgentOrchestrationBuilder builder, ISchedulingPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return builder.Replace<ISchedulingPolicy>(ServiceDescriptor.Singleton(policy));
    }

    /// <summary>Sets the order in which ready subtasks start. The default is <see cref="SchedulingPolicies.CriticalPathFirst"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="factory">Makes it of the services of the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseSchedulingPolicy(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, ISchedulingPolicy> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Replace<ISchedulingPolicy>(ServiceDescriptor.Singleton(factory));
    }

    /// <summary>Wraps the order in which ready subtasks start.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="wrap">Makes the wrapper of the services of the container and of what is wrapped.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseSchedulingPolicy(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, ISchedulingPolicy, ISchedulingPolicy> wrap) =>
        builder.Wrap(wrap);

    /// <summary>Replaces the registry of task types.</summary>
    /// <typeparam name="TRegistry">The implementation; its constructor takes services of the container.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseTaskTypeRegistry<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TRegistry>(
        this IAgentOrchestrationBuilder builder)
        where TRegistry : class, ITaskTypeRegistry => builder.Replace<ITaskTypeRegistry>(ServiceDescriptor.Singleton<ITaskTypeRegistry, TRegistry>());

    /// <summary>Replaces the registry of task types.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="registry">The instance. It is not disposed of with the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseTaskTypeRegistry(this IAgentOrchestrationBuilder builder, ITaskTypeRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return builder.Replace<ITaskTypeRegistry>(ServiceDescriptor.Singleton(registry));
    }

    /// <summary>Replaces the registry of task types.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="factory">Makes it of the services of the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseTaskTypeRegistry(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, ITaskTypeRegistry> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Replace<ITaskTypeRegistry>(ServiceDescriptor.Singleton(factory));
    }

    /// <summary>Wraps the registry of task types.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="wrap">Makes the wrapper of the services of the container and of what is wrapped.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseTaskTypeRegistry(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, ITaskTypeRegistry, ITaskTypeRegistry> wrap) =>
        builder.Wrap(wrap);

    /// <summary>Replaces the registry of plugins.</summary>
    /// <typeparam name="TRegistry">The implementation; its constructor takes services of the container.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UsePluginRegistry<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TRegistry>(
        this IAgentOrchestrationBuilder builder)
        where TRegistry : class, IPluginRegistry => builder.Replace<IPluginRegistry>(ServiceDescriptor.Singleton<IPluginRegistry, TRegistry>());

    /// <summary>Replaces the registry of plugins.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="registry">The instance. It is not disposed of with the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UsePluginRegistry(this IAgentOrchestrationBuilder builder, IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return builder.Replace<IPluginRegistry>(ServiceDescriptor.Singleton(registry));
    }

    /// <summary>Replaces the registry of plugins.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="factory">Makes it of the services of the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UsePluginRegistry(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, IPluginRegistry> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Replace<IPluginRegistry>(ServiceDescriptor.Singleton(factory));
    }

    /// <summary>Wraps the registry of plugins.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="wrap">Makes the wrapper of the services of the container and of what is wrapped.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UsePluginRegistry(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, IPluginRegistry, IPluginRegistry> wrap) =>
        builder.Wrap(wrap);

    /// <summary>Sets the store that makes every run durable.</summary>
    /// <typeparam name="TStore">The implementation; its constructor takes services of the container.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseRunStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStore>(
        this IAgentOrchestrationBuilder builder)
        where TStore : class, IRunStore => builder.Replace<IRunStore>(ServiceDescriptor.Singleton<IRunStore, TStore>());

    /// <summary>Sets the store that makes every run durable.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="store">The instance. It is not disposed of with the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseRunStore(this IAgentOrchestrationBuilder builder, IRunStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return builder.Replace<IRunStore>(ServiceDescriptor.Singleton(store));
    }

    /// <summary>Sets the store that makes every run durable.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="factory">Makes it of the services of the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseRunStore(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, IRunStore> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Replace<IRunStore>(ServiceDescriptor.Singleton(factory));
    }

    /// <summary>Wraps the store that makes every run durable.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="wrap">Makes the wrapper of the services of the container and of what is wrapped.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">There is no store to wrap yet.</exception>
    public static IAgentOrchestrationBuilder UseRunStore(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, IRunStore, IRunStore> wrap) =>
        builder.Wrap(wrap);

    /// <summary>Replaces what compiles answers of one type. The default asks the chat client.</summary>
    /// <typeparam name="TResult">The type of the answer.</typeparam>
    /// <typeparam name="TCompiler">The implementation; its constructor takes services of the container.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseResultCompiler<TResult, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TCompiler>(
        this IAgentOrchestrationBuilder builder)
        where TCompiler : class, IResultCompiler<TResult> => builder.Replace<IResultCompiler<TResult>>(ServiceDescriptor.Singleton<IResultCompiler<TResult>, TCompiler>());

    /// <summary>Replaces what compiles answers of one type.</summary>
    /// <typeparam name="TResult">The type of the answer.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="compiler">The instance. It is not disposed of with the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseResultCompiler<TResult>(this IAgentOrchestrationBuilder builder, IResultCompiler<TResult> compiler)
    {
        ArgumentNullException.ThrowIfNull(compiler);
        return builder.Replace<IResultCompiler<TResult>>(ServiceDescriptor.Singleton(compiler));
    }

    /// <summary>Replaces what compiles answers of one type.</summary>
    /// <typeparam name="TResult">The type of the answer.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="factory">Makes it of the services of the container.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseResultCompiler<TResult>(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, IResultCompiler<TResult>> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.Replace<IResultCompiler<TResult>>(ServiceDescriptor.Singleton(factory));
    }

    /// <summary>Wraps what compiles answers of one type.</summary>
    /// <typeparam name="TResult">The type of the answer.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="wrap">Makes the wrapper of the services of the container and of what is wrapped.</param>
    /// <returns>The builder.</returns>
    public static IAgentOrchestrationBuilder UseResultCompiler<TResult>(
        this IAgentOrchestrationBuilder builder, Func<IServiceProvider, IResultCompiler<TResult>, IResultCompiler<TResult>> wrap)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<IResultCompiler<TResult>, ChatClientResultCompiler<TResult>>();
        return builder.Wrap(wrap);
    }

    private static IAgentOrchestrationBuilder Replace<TService>(this IAgentOrchestrationBuilder builder, ServiceDescriptor implementation)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        Seam<TService>.Replace(builder.Services, implementation);
        return builder;
    }

    private static IAgentOrchestrationBuilder Wrap<TService>(this IAgentOrchestrationBuilder builder, Func<IServiceProvider, TService, TService> wrap)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(wrap);
        Seam<TService>.Wrap(builder.Services, wrap);
        return builder;
    }
}
