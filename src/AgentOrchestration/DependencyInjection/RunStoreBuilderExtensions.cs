using AgentOrchestration;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

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
    /// leases have expired those of processes that died, and those that were submitted. <see cref="ITaskOrchestrator.Find"/> gives them. Of several processes each run is
    /// driven by one, and a process takes only as many as it has room for (<see cref="AgentOrchestrationOptions.MaxRuns"/>). Runs whose task types are not registered
    /// here, or in other versions, are left alone.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    public static IAgentOrchestrationBuilder ResumeInterruptedRuns(this IAgentOrchestrationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, InterruptedRuns>(provider =>
        {
            IRunStore store = provider.GetService<IRunStore>() ?? throw new InvalidOperationException("Runs are not remembered: call UseSqlite(…) or UseRunStore(…).");
            TimeProvider timeProvider = provider.GetRequiredService<TimeProvider>();

            // Its disposal, before that of all other services, ends the runs.
            _ = provider.GetRequiredService<ITaskOrchestrator>();
            return new InterruptedRuns(
                new RunLeases(store, provider.GetRequiredService<LeaseTerms>(), timeProvider),
                provider.GetRequiredService<RunsById>(),
                provider.GetRequiredService<LiveRuns>(),
                provider.GetRequiredService<ITaskTypeRegistry>(),
                provider.GetRequiredService<IOptions<AgentOrchestrationOptions>>().Value.MaxRuns,
                timeProvider,
                AgentOrchestrationServiceCollectionExtensions.LoggerOf<InterruptedRuns>(provider));
        }));
        return builder;
    }
}
