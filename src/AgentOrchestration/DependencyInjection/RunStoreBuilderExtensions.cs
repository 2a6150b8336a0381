using AgentOrchestration;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures durable runs.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().UseSqlite("runs.db").ResumeInterruptedRuns();
/// </code>
/// </example>
public static class RunStoreBuilderExtensions
{
    /// <summary>
    /// Resumes runs that nobody drives, as long as the host runs: within a second those that other processes have detached, and as soon after their
    /// leases have expired those of processes that died. <see cref="ITaskOrchestrator.Find"/> gives them. Runs whose task types are not registered
    /// here, or in other versions, are left alone.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    public static IAgentOrchestrationBuilder ResumeInterruptedRuns(this IAgentOrchestrationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, InterruptedRuns>(provider => new InterruptedRuns(
            provider.GetRequiredService<ITaskOrchestrator>(),
            provider.GetService<IRunStore>() ?? throw new InvalidOperationException("Runs are not remembered: call UseSqlite(…) or UseRunStore(…)."),
            provider.GetRequiredService<TimeProvider>(),
            AgentOrchestrationServiceCollectionExtensions.LoggerOf<InterruptedRuns>(provider))));
        return builder;
    }
}
