using AgentOrchestration.Sqlite;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Stores runs in SQLite.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().UseSqlite("runs.db");
/// </code>
/// </example>
public static class SqliteBuilderExtensions
{
    /// <summary>Makes every run durable, in one SQLite file. It is opened when it is first needed.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The file; it is made if it is not there, its folder is not.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public static IAgentOrchestrationBuilder UseSqlite(this IAgentOrchestrationBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return builder.UseRunStore(provider => new SqliteRunStore(path, provider.GetService<TimeProvider>() ?? TimeProvider.System));
    }

    /// <summary>
    /// Makes every run durable, in one SQLite file whose content is protected by a key: a journal, a plan or an approval that was changed by anybody
    /// who does not have the key is refused. The file is opened when it is first needed.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The file; it is made if it is not there, its folder is not.</param>
    /// <param name="key">
    /// The key of the application: at least 16 random bytes, such as 32 of <see cref="System.Security.Cryptography.RandomNumberGenerator"/>, kept apart
    /// from the file. All processes of a file use the same one. It encrypts nothing.
    /// </param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or the key is shorter than 16 bytes.</exception>
    public static IAgentOrchestrationBuilder UseSqlite(this IAgentOrchestrationBuilder builder, string path, ReadOnlyMemory<byte> key)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        byte[] copy = SqliteRunStore.Checked(key).ToArray();
        return builder.UseRunStore(provider => new SqliteRunStore(path, provider.GetService<TimeProvider>() ?? TimeProvider.System, copy));
    }
}
