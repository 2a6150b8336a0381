using AgentOrchestration.Sqlite;
using Npgsql;

namespace DurableWorker;

/// <summary>Looks whether a run is leased, as another process sees it, with no thread of the pool.</summary>
internal sealed class LeaseLook : IDisposable
{
    private readonly string _runId;
    private readonly SqliteRunStore? _file;
    private readonly NpgsqlConnection? _connection;
    private readonly string _schema = "";

    public LeaseLook(string place, string runId)
    {
        _runId = runId;
        if (WorkerStore.PostgresOf(place) is { } postgres)
        {
            _schema = postgres.Schema;
            _connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
            _connection.Open();
        }
        else
        {
            _file = new SqliteRunStore(place, TimeProvider.System);
        }
    }

    public bool IsLeased()
    {
        if (_file is not null)
        {
            return _file.FindAsync(_runId, CancellationToken.None).AsTask().Result!.IsLeased;
        }

#pragma warning disable CA2100 // A test names the schema.
        using var command = new NpgsqlCommand(
            $"SELECT owner IS NOT NULL AND expires > extract(epoch FROM clock_timestamp()) * 10000000 + 621355968000000000 FROM {_schema}.state s JOIN {_schema}.runs r ON r.key = s.run WHERE run_id = $1",
            _connection);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _runId });
        return (bool)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _connection?.Dispose();
    }
}
