using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>Connection strings in tests.</summary>
internal static class ConnectionTexts
{
    /// <summary>Puts the password, which holds a semicolon, in quotation marks.</summary>
    public static string Quoted(this string connectionString) =>
        connectionString.Replace(AgentOrchestration.Tests.PostgreSql.PostgresServer.Password, $"\"{AgentOrchestration.Tests.PostgreSql.PostgresServer.Password}\"", StringComparison.Ordinal);

    public static void Use(this IServiceCollection services, string connectionString) => services.AddAgentOrchestration().UsePostgres(connectionString);
}
