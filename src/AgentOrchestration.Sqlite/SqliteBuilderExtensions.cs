using AgentOrchestration.Plugins;
using AgentOrchestration.Runs;
using AgentOrchestration.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes runs durable in SQLite.</summary>
public static class SqliteBuilderExtensions
{
    /// <summary>Makes every run durable, in one SQLite file. It is opened when it is first needed.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The file; it is made if it is not there, its folder is not.</param>
    public static IAgentOrchestrationBuilder UseSqlite(this IAgentOrchestrationBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        builder.Services.Replace(ServiceDescriptor.Singleton<IRunStore>(
            provider => new SqliteRunStore(path, provider.GetService<TimeProvider>() ?? TimeProvider.System)));
        return builder;
    }
}
