using System.Diagnostics;
using AgentOrchestration.Postgres.Tests.Server;
using AgentOrchestration.Tests.PostgreSql;
using Npgsql;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace AgentOrchestration.Postgres.Tests.Server;

/// <summary>The server that most tests share, each with a schema of its own, and a PgBouncer in front of it. They start with the first test that needs them.</summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(PostgresServer.StartAsync);
    private readonly Lazy<Task<int>> _pooler;
    private readonly string _folder = ServerPrograms.NewFolder();
    private Process? _poolerProcess;
    private int _schemas;

    public SharedPostgres() => _pooler = new Lazy<Task<int>>(StartPoolerAsync);

    /// <summary>Gets the name of a schema that nobody has used.</summary>
    public string NewSchema() => $"runs_{Interlocked.Increment(ref _schemas)}";

    internal Task<PostgresServer> ServerAsync() => _server.Value;

    internal async Task<string> ConnectionStringAsync(bool isPooled = false) => (await ServerAsync()).ConnectionString(isPooled ? await _pooler.Value : null);

    /// <summary>Opens a store in a schema.</summary>
    internal async Task<PostgresRunStore> OpenAsync(string schema, TimeProvider? clock = null) =>
        new(await ConnectionStringAsync(), new PostgresRunStoreOptions { Schema = schema, LeaseClock = clock });

    public async ValueTask DisposeAsync()
    {
        if (_poolerProcess is not null)
        {
            _poolerProcess.Kill(entireProcessTree: true);
            await _poolerProcess.WaitForExitAsync();
            _poolerProcess.Dispose();
        }

        if (_server.IsValueCreated && !_server.Value.IsFaulted)
        {
            await (await _server.Value).DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<int> StartPoolerAsync()
    {
        PostgresServer server = await ServerAsync();
        int port = LoopbackPort.Free();
        string settings = Path.Combine(_folder, "pgbouncer.ini");

        // Fewer connections than the tests open, and no tolerance: statements of one client come from different sessions.
        await ServerPrograms.RunAsync(_folder, "bash", "-c", $"""
            cat > '{settings}' << 'END'
            [databases]
            * = host=127.0.0.1 port={server.Port} user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 3
            max_client_conn = 500
            server_round_robin = 1
            END
            """);
        _poolerProcess = ServerPrograms.Start(_folder, "pgbouncer", "-q", settings);
        for (int left = 100; ; left--)
        {
            try
            {
                await using var connection = new NpgsqlConnection(server.ConnectionString(port) + ";Pooling=false");
                await connection.OpenAsync();
                return port;
            }
            catch (NpgsqlException) when (left > 0 && !_poolerProcess.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }
}
