using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>An SQLite file in a folder of its own.</summary>
internal sealed class SqliteBed : DurableBed
{
    private readonly TemporaryFolder _folder = new();

    public override string Engine => DurableRow.Ours;

    private string Database => _folder.PathOf("runs.db");

    public override void Use(IAgentOrchestrationBuilder builder) => builder.UseSqlite(Database);

    public override Task<long> MeasureAsync(CancellationToken cancellationToken) => Task.FromResult(_folder.Bytes);

    public override Task<JournalCost> WeighAsync(TimeSpan time, long grown, CancellationToken cancellationToken) => Task.FromResult(Weigh(time, grown));

    public override ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return default;
    }

    private JournalCost Weigh(TimeSpan time, long grown)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Database, Pooling = false }.ToString());
        connection.Open();
        Shrink(connection);
        return new JournalCost(time, grown, new FileInfo(Database).Length)
        {
            BytesOfPlans = Sum(connection, "SELECT sum(length(content)) FROM headers"),
            BytesOfEvents = Sum(connection, "SELECT sum(length(events)) FROM journal"),
        };
    }

    private static void Shrink(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "VACUUM; PRAGMA wal_checkpoint(TRUNCATE);";
        command.ExecuteNonQuery();
    }

    private static long Sum(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Text of this class; nothing from outside is in it.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
