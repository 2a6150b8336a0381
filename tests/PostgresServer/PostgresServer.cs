using System.Globalization;
using Npgsql;

namespace AgentOrchestration.Tests.PostgreSql;

/// <summary>A PostgreSQL server on loopback in a temporary folder of its own, with its data safe on the disk as anywhere. Needs the package postgresql.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    public const string Password = "s3cret;pass=word";

    private readonly string _folder = ServerPrograms.NewFolder();

    private PostgresServer()
    {
    }

    public int Port { get; } = LoopbackPort.Free();

    private string Data => Path.Combine(_folder, "data");

    public static async Task<PostgresServer> StartAsync()
    {
        var server = new PostgresServer();
        try
        {
            await ServerPrograms.RunAsync(server._folder, "initdb", "-D", server.Data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync");
            await ServerPrograms.RunAsync(server._folder, "bash", "-c", $"""
                cat > '{server.Data}/pg_hba.conf' << 'END'
                host all secured 127.0.0.1/32 scram-sha-256
                host all refused 127.0.0.1/32 reject
                host all all 127.0.0.1/32 trust
                END
                """);
            await server.StartAgainAsync();
            await server.ExecuteAsync($"CREATE ROLE secured LOGIN PASSWORD '{Password}'; CREATE ROLE refused LOGIN; CREATE ROLE guest LOGIN");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string of a user with all rights, or of another.</summary>
    public string ConnectionString(int? port = null, string user = "postgres", string database = "postgres") =>
        $"Host=127.0.0.1;Port={port ?? Port};Username={user};Database={database};Maximum Pool Size=30;Timeout=10";

    /// <summary>Kills the server as a crash does, and starts it again.</summary>
    public async Task CrashAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    /// <summary>Starts the server again after it was stopped.</summary>
    public Task StartAgainAsync() => ControlAsync("start");

    /// <summary>Kills the server as a crash does.</summary>
    public Task StopAsync() => ControlAsync("stop", "-m", "immediate");

    public async Task<object?> ExecuteAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database: database) + ";Pooling=false");
        await connection.OpenAsync();
        return await ExecuteAsync(connection, sql);
    }

    public static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Text of tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await StopAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private Task ControlAsync(string action, params string[] more) => ServerPrograms.RunAsync(
        _folder, "pg_ctl", [action, "-D", Data, "-w", "-t", "60", "-l", Path.Combine(_folder, "log"), .. more, .. action == "start" ? (string[])["-o", Settings] : []]);

    private string Settings => string.Create(
        CultureInfo.InvariantCulture, $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 -c shared_buffers=64MB -c max_wal_size=256MB");
}
