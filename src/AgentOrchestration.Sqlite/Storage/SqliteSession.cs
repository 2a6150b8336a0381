using System.Security.Cryptography;
using AgentOrchestration.Runs;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>A connection with its prepared statements. Everything from outside is a parameter. One caller at a time.</summary>
internal sealed class SqliteSession(SqliteDatabase database, SqliteConnection connection) : IDisposable
{
    private const string RunColumns = "key, run_id, created, updated, sequence, origin, head, outcome, token, owner, granted, expires, seal";

    /// <summary>The same as <see cref="StoreMoment.IsWithin"/>.</summary>
    private const string IsLeased = "(owner IS NOT NULL AND granted <= $now AND expires > $now)";

    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>Whether the file that is open is no longer the one of its path.</summary>
    public bool HasMoved => SqliteFile.HasMoved(connection);

    public void Execute(string sql) => Command(sql).ExecuteNonQuery();

    /// <summary>Counts the transaction, inside it.</summary>
    public long CountCommit() => (long)Command("UPDATE store SET commits = commits + 1 RETURNING commits").ExecuteScalar()!;

    public RunRow? Find(string runId)
    {
        using SqliteDataReader reader = Command($"SELECT {RunColumns} FROM runs WHERE run_id = $run", ("$run", runId)).ExecuteReader();
        return !reader.Read() ? null : Checked(reader) is var row && row.RunId == runId ? row : throw database.Damaged($"the entry of the run '{runId}' is not what was written.");
    }

    /// <summary>The key of a run that nobody holds, also when it is damaged: that it can be deleted then is the remedy.</summary>
    public long? FindFree(string runId, StoreMoment now) =>
        (long?)Command($"SELECT key FROM runs WHERE run_id = $run AND NOT {IsLeased}", ("$run", runId), ("$now", now.Monotonic)).ExecuteScalar();

    /// <returns>What is whole, and what is wrong with the rest.</returns>
    public (List<RunRow> Rows, RunStoreException? Damage) List(RunQuery query, StoreMoment now)
    {
        const string Sql = $"""
            SELECT {RunColumns} FROM runs
            WHERE ($ended IS NULL OR (outcome IS NOT NULL) = $ended)
              AND ($outcome IS NULL OR outcome = $outcome)
              AND ($leased IS NULL OR {IsLeased} = $leased)
              AND ($from IS NULL OR created >= $from)
              AND ($before IS NULL OR created < $before)
              AND ($updated IS NULL OR updated < $updated)
            ORDER BY created, run_id LIMIT $max
            """;
        SqliteCommand command = Command(
            Sql,
            ("$ended", query.IsEnded),
            ("$outcome", query.Outcome?.ToString()),
            ("$leased", query.IsLeased),
            ("$now", now.Monotonic),
            ("$from", query.CreatedFrom?.UtcTicks),
            ("$before", query.CreatedBefore?.UtcTicks),
            ("$updated", query.UpdatedBefore?.UtcTicks),
            ("$max", query.Max ?? -1));
        List<RunRow> rows = [];
        RunStoreException? damage = null;
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            try
            {
                rows.Add(Checked(reader));
            }
            catch (Exception exception) when (exception is RunStoreException or InvalidOperationException or InvalidCastException)
            {
                damage ??= exception as RunStoreException ?? database.Damaged($"an entry of a run cannot be read: {exception.Message}");
            }
        }

        return (rows, damage);
    }

    public void Insert(RunRow row, ReadOnlyMemory<byte> header)
    {
        const string Sql = """
            INSERT INTO runs (run_id, created, updated, sequence, origin, head, outcome, token, owner, granted, expires, seal)
            VALUES ($run, $created, $updated, $sequence, $origin, $head, $outcome, $token, $owner, $granted, $expires, $seal) RETURNING key
            """;
        long key = (long)Command(Sql, [("$run", row.RunId), ("$created", row.Created), ("$origin", row.Origin), .. Changing(row)]).ExecuteScalar()!;
        Command("INSERT INTO headers VALUES ($run, $content)", ("$run", key), ("$content", header.ToArray())).ExecuteNonQuery();
    }

    public void Update(RunRow row)
    {
        const string Sql = """
            UPDATE runs SET updated = $updated, sequence = $sequence, head = $head, outcome = $outcome, token = $token, owner = $owner, granted = $granted, expires = $expires, seal = $seal
            WHERE key = $key
            """;
        Command(Sql, [("$key", row.Key), .. Changing(row)]).ExecuteNonQuery();
    }

    public void Delete(long key)
    {
        Command("DELETE FROM blobs WHERE run = $key", ("$key", key)).ExecuteNonQuery();
        Command(
            "DELETE FROM journal WHERE place BETWEEN $first AND $last",
            ("$first", JournalPlace.Of(key, 0)), ("$last", JournalPlace.Of(key, JournalPlace.LastSequence))).ExecuteNonQuery();
        Command("DELETE FROM headers WHERE run = $key", ("$key", key)).ExecuteNonQuery();
        Command("DELETE FROM runs WHERE key = $key", ("$key", key)).ExecuteNonQuery();
    }

    public void AddToJournal(long run, long sequence, int count, byte[] lines, byte[] head) => Command(
        "INSERT INTO journal (place, count, events, mark) VALUES ($place, $count, $events, $mark)",
        ("$place", JournalPlace.Of(run, sequence)), ("$count", count), ("$events", lines), ("$mark", HashChain.MarkOf(head))).ExecuteNonQuery();

    public void AddBlob(long run, JournalBlob blob) => Command(
        "INSERT OR IGNORE INTO blobs VALUES ($run, $name, $content)",
        ("$run", run), ("$name", blob.Name), ("$content", blob.Content.ToArray())).ExecuteNonQuery();

    public ReadOnlyMemory<byte>? ReadHeader(string runId) => Find(runId) is { } row ? ReadHeader(row) : (ReadOnlyMemory<byte>?)null;

    public ReadOnlyMemory<byte>? ReadBlob(string runId, string name)
    {
        if (Find(runId) is not { } row
            || Command("SELECT content FROM blobs WHERE run = $run AND name = $name", ("$run", row.Key), ("$name", name)).ExecuteScalar() is not { } found)
        {
            return null;
        }

        return found is byte[] content && Convert.ToHexString(SHA256.HashData(content)) == name
            ? content
            : throw database.Damaged($"the blob {name} of the run '{runId}' is not what was written.");
    }

    /// <summary>The whole journal, checked from the first event to the last.</summary>
    public List<ReadOnlyMemory<byte>> ReadJournal(string runId)
    {
        List<ReadOnlyMemory<byte>> events = [];
        if (Find(runId) is not { } row)
        {
            return events;
        }

        _ = ReadHeader(row);
        byte[] head = row.Origin;
        using SqliteDataReader reader = Command(
            "SELECT sequence, count, events, mark FROM journal WHERE place BETWEEN $first AND $last ORDER BY place",
            ("$first", JournalPlace.Of(row.Key, 0)), ("$last", JournalPlace.Of(row.Key, JournalPlace.LastSequence))).ExecuteReader();
        while (reader.Read())
        {
            byte[] lines = (byte[])reader.GetValue(2);
            head = HashChain.Next(head, reader.GetInt64(0), reader.GetInt32(1), lines);
            if (reader.GetInt64(0) != events.Count || !HashChain.MarkOf(head).AsSpan().SequenceEqual((byte[])reader.GetValue(3)) || JournalLines.Split(lines, events) != reader.GetInt32(1))
            {
                throw database.Damaged($"the journal of the run '{runId}' is not what was written, from event {reader.GetInt64(0)} of {row.Sequence} on.");
            }
        }

        return events.Count == row.Sequence && head.AsSpan().SequenceEqual(row.Head)
            ? events
            : throw database.Damaged($"the journal of the run '{runId}' ends after event {events.Count} of {row.Sequence}.");
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in _commands.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private ReadOnlyMemory<byte> ReadHeader(RunRow row) =>
        Command("SELECT content FROM headers WHERE run = $run", ("$run", row.Key)).ExecuteScalar() is byte[] content
        && HashChain.Origin(row.RunId, row.Created, content).AsSpan().SequenceEqual(row.Origin)
            ? content
            : throw database.Damaged($"the header of the run '{row.RunId}' is not what was written.");

    private RunRow Checked(SqliteDataReader reader)
    {
        var row = new RunRow
        {
            Key = reader.GetInt64(0),
            RunId = reader.GetString(1),
            Created = reader.GetInt64(2),
            Updated = reader.GetInt64(3),
            Sequence = reader.GetInt64(4),
            Origin = (byte[])reader.GetValue(5),
            Head = (byte[])reader.GetValue(6),
            Outcome = reader.IsDBNull(7) ? null : OutcomeOf(reader.GetString(7), reader.GetString(1)),
            Token = reader.GetInt64(8),
            Owner = reader.IsDBNull(9) ? null : reader.GetString(9),
            Granted = reader.GetInt64(10),
            Expires = reader.GetInt64(11),
        };
        return row.Seal().AsSpan().SequenceEqual((byte[])reader.GetValue(12))
            ? row
            : throw database.Damaged($"the entry of the run '{row.RunId}' is not what was written.");
    }

    private RunOutcome OutcomeOf(string text, string runId) => Enum.TryParse(text, out RunOutcome outcome) && outcome.ToString() == text
        ? outcome
        : throw database.Damaged($"the entry of the run '{runId}' is not what was written.");

    private static (string Name, object? Value)[] Changing(RunRow row) =>
    [
        ("$updated", row.Updated), ("$sequence", row.Sequence), ("$head", row.Head), ("$outcome", row.Outcome?.ToString()),
        ("$token", row.Token), ("$owner", row.Owner), ("$granted", row.Granted), ("$expires", row.Expires), ("$seal", row.Seal()),
    ];

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_commands.TryGetValue(sql, out SqliteCommand? command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Text of this class; nothing from outside is in it.
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach ((string name, _) in parameters)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = name });
            }

            _commands.Add(sql, command);
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            command.Parameters[i].Value = parameters[i].Value ?? DBNull.Value;
        }

        return command;
    }
}
