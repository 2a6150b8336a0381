using Microsoft.Extensions.DependencyInjection;

namespace DurableWorker;

/// <summary>Where a process keeps its runs: in an SQLite file, or in PostgreSQL as "postgres SCHEMA CONNECTION".</summary>
public static class WorkerStore
{
    private const string Prefix = "postgres ";

    public static string OfPostgres(string schema, string connectionString) => $"{Prefix}{schema} {connectionString}";

    /// <summary>Keeps runs there.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="place">The place.</param>
    /// <param name="clock">The clock of leases; <see langword="null"/> or the system's for that of the server.</param>
    public static IAgentOrchestrationBuilder Use(IAgentOrchestrationBuilder builder, string place, TimeProvider? clock)
    {
        if (PostgresOf(place) is not { } postgres)
        {
            return builder.UseSqlite(place);
        }

        return builder.UsePostgres(postgres.ConnectionString, options =>
        {
            options.Schema = postgres.Schema;
            options.LeaseClock = clock == TimeProvider.System ? null : clock;
        });
    }

    internal static (string Schema, string ConnectionString)? PostgresOf(string place) =>
        place.StartsWith(Prefix, StringComparison.Ordinal) && place.Split(' ', 3) is [_, var schema, var connectionString] ? (schema, connectionString) : null;
}
