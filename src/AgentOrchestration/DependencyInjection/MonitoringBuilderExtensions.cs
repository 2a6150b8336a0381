using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds alerts, event sinks and middleware.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration()
///     .AddAlert("busy", snapshot =&gt; snapshot.CpuUtilization &gt; 0.9)
///     .AddEventSink&lt;ConsoleSink&gt;();
/// </code>
/// </example>
public static class MonitoringBuilderExtensions
{
    /// <summary>Adds an alert on the snapshots of the process. It replaces an earlier rule of the same name, built-in ones included.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The rule's name. Built in: <c>cpu</c> (utilization over 80 %) and <c>run-failed</c>.</param>
    /// <param name="condition">Whether a snapshot is worth an alert.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    public static IAgentOrchestrationBuilder AddAlert(this IAgentOrchestrationBuilder builder, string name, Func<SystemSnapshot, bool> condition) =>
        builder.AddAlert(AlertRule.OnSystem(name, condition));

    /// <summary>Adds an alert. It replaces an earlier rule of the same name, built-in ones included.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="rule">The rule.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    public static IAgentOrchestrationBuilder AddAlert(this IAgentOrchestrationBuilder builder, AlertRule rule)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(rule);
        return builder;
    }

    /// <summary>Adds a receiver of alerts, beside the log.</summary>
    /// <typeparam name="TSink">The receiver.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    public static IAgentOrchestrationBuilder AddAlertSink<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSink>(
        this IAgentOrchestrationBuilder builder)
        where TSink : class, IAlertSink
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IAlertSink, TSink>());
        return builder;
    }

    /// <summary>Adds a listener to the events of all runs.</summary>
    /// <typeparam name="TSink">The listener.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    public static IAgentOrchestrationBuilder AddEventSink<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSink>(
        this IAgentOrchestrationBuilder builder)
        where TSink : class, IRunEventSink
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IRunEventSink, TSink>());
        return builder;
    }

    /// <summary>Adds middleware around the code of every attempt, inside that added before.</summary>
    /// <typeparam name="TMiddleware">The middleware.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    public static IAgentOrchestrationBuilder AddMiddleware<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMiddleware>(
        this IAgentOrchestrationBuilder builder)
        where TMiddleware : TaskMiddleware
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<TaskMiddleware, TMiddleware>();
        return builder;
    }
}
