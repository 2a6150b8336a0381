using AgentOrchestration.Postgres;
using AgentOrchestration.Postgres.Storage;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Stores runs in PostgreSQL.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().UsePostgres("Host=db;Database=app;Username=app;Password=…");
/// </code>
/// </example>
public static class PostgresBuilderExtensions
{
    /// <summary>
    /// Makes every run durable, in a PostgreSQL database that several processes can share. It is connected to when it is first needed.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">Names the server, the database and the user, as Npgsql reads it.</param>
    /// <param name="configure">Changes the options of the store. Default: nothing.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">The connection string or an option is not valid.</exception>
    public static IAgentOrchestrationBuilder UsePostgres(
        this IAgentOrchestrationBuilder builder, string connectionString, Action<PostgresRunStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        PostgresRunStoreOptions options = OptionsOf(configure);
        ConnectionSettings.Check(connectionString);
        return builder.UseRunStore(_ => new PostgresRunStore(connectionString, options));
    }

    /// <summary>
    /// Makes every run durable, in the PostgreSQL database of a data source of the application, which is not disposed of with the store.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="dataSource">The data source.</param>
    /// <param name="configure">Changes the options of the store. Default: nothing.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">An option is not valid, or the data source uses multiplexing.</exception>
    public static IAgentOrchestrationBuilder UsePostgres(
        this IAgentOrchestrationBuilder builder, NpgsqlDataSource dataSource, Action<PostgresRunStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        PostgresRunStoreOptions options = OptionsOf(configure);
        ConnectionSettings.Check(dataSource);
        return builder.UseRunStore(_ => new PostgresRunStore(dataSource, options));
    }

    private static PostgresRunStoreOptions OptionsOf(Action<PostgresRunStoreOptions>? configure)
    {
        var options = new PostgresRunStoreOptions();
        configure?.Invoke(options);
        return options.Checked();
    }
}
