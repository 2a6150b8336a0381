using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Execution;
using AgentOrchestration.Planning;
using AgentOrchestration.Plugins;
using AgentOrchestration.Resources;
using AgentOrchestration.Results;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Replaces parts of the library by the application's own. Each replacement is a singleton from the container.</summary>
public static class SeamBuilderExtensions
{
    /// <summary>Replaces what makes plans.</summary>
    /// <typeparam name="TDecomposer">The application's own.</typeparam>
    /// <param name="builder">The builder.</param>
    public static IAgentOrchestrationBuilder UseDecomposer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TDecomposer>(
        this IAgentOrchestrationBuilder builder)
        where TDecomposer : class, ITaskDecomposer => builder.Replace<ITaskDecomposer, TDecomposer>();

    /// <summary>Replaces what executes runs.</summary>
    /// <typeparam name="TExecutor">The application's own.</typeparam>
    /// <param name="builder">The builder.</param>
    public static IAgentOrchestrationBuilder UseExecutor<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TExecutor>(
        this IAgentOrchestrationBuilder builder)
        where TExecutor : class, IExecutor => builder.Replace<IExecutor, TExecutor>();

    /// <summary>Replaces the ledger of resources.</summary>
    /// <typeparam name="TResourceManager">The application's own.</typeparam>
    /// <param name="builder">The builder.</param>
    public static IAgentOrchestrationBuilder UseResourceManager<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TResourceManager>(
        this IAgentOrchestrationBuilder builder)
        where TResourceManager : class, IResourceManager => builder.Replace<IResourceManager, TResourceManager>();

    /// <summary>Sets in which order ready subtasks start. Default: <see cref="SchedulingPolicies.CriticalPathFirst"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="policy">One of <see cref="SchedulingPolicies"/>, or the application's own.</param>
    public static IAgentOrchestrationBuilder UseSchedulingPolicy(this IAgentOrchestrationBuilder builder, ISchedulingPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(policy);
        builder.Services.Replace(ServiceDescriptor.Singleton(policy));
        return builder;
    }

    /// <summary>Sets in which order ready subtasks start.</summary>
    /// <typeparam name="TPolicy">The application's own.</typeparam>
    /// <param name="builder">The builder.</param>
    public static IAgentOrchestrationBuilder UseSchedulingPolicy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy>(
        this IAgentOrchestrationBuilder builder)
        where TPolicy : class, ISchedulingPolicy => builder.Replace<ISchedulingPolicy, TPolicy>();

    /// <summary>Replaces the registry of task types.</summary>
    /// <typeparam name="TRegistry">The application's own.</typeparam>
    /// <param name="builder">The builder.</param>
    public static IAgentOrchestrationBuilder UseTaskTypeRegistry<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TRegistry>(
        this IAgentOrchestrationBuilder builder)
        where TRegistry : class, ITaskTypeRegistry => builder.Replace<ITaskTypeRegistry, TRegistry>();

    /// <summary>Replaces the registry of plugins.</summary>
    /// <typeparam name="TRegistry">The application's own.</typeparam>
    /// <param name="builder">The builder.</param>
    public static IAgentOrchestrationBuilder UsePluginRegistry<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TRegistry>(
        this IAgentOrchestrationBuilder builder)
        where TRegistry : class, IPluginRegistry => builder.Replace<IPluginRegistry, TRegistry>();

    /// <summary>Sets what compiles answers of one type; the default asks the chat client.</summary>
    /// <typeparam name="TResult">The type of the answer.</typeparam>
    /// <typeparam name="TCompiler">The application's own.</typeparam>
    /// <param name="builder">The builder.</param>
    public static IAgentOrchestrationBuilder UseResultCompiler<TResult, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TCompiler>(
        this IAgentOrchestrationBuilder builder)
        where TCompiler : class, IResultCompiler<TResult> => builder.Replace<IResultCompiler<TResult>, TCompiler>();

    private static IAgentOrchestrationBuilder Replace<TService, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(
        this IAgentOrchestrationBuilder builder)
        where TService : class
        where TImplementation : class, TService
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Replace(ServiceDescriptor.Singleton<TService, TImplementation>());
        return builder;
    }
}
