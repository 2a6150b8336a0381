using System.Security.Cryptography;
using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>A connection with its prepared statements and what vouches for its content. One caller at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    /// <summary>Larger blobs are written piece by piece: SQLite would copy what is given to it whole.</summary>
    private const int LargestBound = 256 * 1024;

    private const int PageLength = 256;

    private const string UpdateSql = "UPDATE runs SET updated = $updated, sequence = $sequence, head = $head, ended = $ended, subtasks = $subtasks, seal = $seal WHERE key = $key";

    private const string EndSql = "UPDATE runs SET updated = $updated, sequence = $sequence, head = $head, ended = $ended, subtasks = $subtasks, outcome = $outcome, seal = $seal WHERE key = $key";

    private const string LeaseSql = "UPDATE runs SET token = $token, owner = $owner, granted = $granted, expires = $expires, seal = $seal WHERE key = $key";

    private readonly SqliteDatabase _database;
    private readonly SqliteConnection _connection;
    private readonly SqliteStatements _statements;
    private readonly RunDirectory _directory;
    private long _opened;
    private bool _hasDeleted;

    public SqliteSession(SqliteDatabase database, SqliteConnection connection)
    {
        _database = database;
        _connection = connection;
        _statements = new SqliteStatements(connection);
        Chain = database.CreateChain();
        _directory = new RunDirectory(database, _statements, Chain);
    }

    public HashChain Chain { get; }

    /// <summary>Whether the file that is open is no longer the one of its path.</summary>
    public bool HasMoved => SqliteFile.HasMoved(_connection);

    public void Execute(string sql) => _statements.Execute(sql);

    /// <summary>Counts the transaction, inside it, and the runs that have not ended.</summary>
    public long CountCommit()
    {
        long commits = (long)_statements.Scalar("UPDATE store SET commits = commits + 1, open = open + $opened RETURNING commits", ("$opened", _opened))!;
        _opened = 0;
        return commits;
    }

    /// <summary>Whether anything was deleted since this was asked last.</summary>
    public bool TakeDeleted()
    {
        bool hasDeleted = _hasDeleted;
        _hasDeleted = false;
        return hasDeleted;
    }

    /// <summary>Empties the write-ahead log, which holds what was overwritten in the file. While somebody reads it stays, and so does what it holds.</summary>
    public bool TryEmptyLog()
    {
        // Not all the time that a commit would wait.
        Execute("PRAGMA busy_timeout = 100");
        try
        {
            return _statements.Scalar("PRAGMA wal_checkpoint(TRUNCATE)") is 0L;
        }
        catch (SqliteException)
        {
            // What was committed is safe in the log.
            return false;
        }
        finally
        {
            SqliteDatabase.SetPatience(_connection);
        }
    }

    public RunRow? Find(string runId)
    {
        if (_directory.Find(runId) is not { } key)
        {
            return null;
        }

        using SqliteDataReader reader = _statements.Of($"SELECT {RunListing.Columns} FROM runs WHERE key = $key", ("$key", key)).ExecuteReader();
        return reader.Read() && Checked(reader) is var row && row.RunId == runId ? row : throw Changed(runId);
    }

    /// <summary>The key of a run that nobody holds, also when it is damaged: that it can be deleted then is the remedy.</summary>
    public long? FindFree(string runId, StoreMoment now) =>
        _directory.Find(runId) is { } key
        && _statements.Scalar($"SELECT 1 FROM runs WHERE key = $key AND run_id = $run AND {RunListing.IsLeased}", ("$key", key), ("$run", runId), ("$now", now.Monotonic)) is null
            ? key
            : null;

    /// <summary>Lists a page of runs.</summary>
    /// <param name="query">Which.</param>
    /// <param name="now">When.</param>
    /// <param name="last">The last of the page before; none for the first page.</param>
    /// <param name="left">How many at most.</param>
    public RunPage List(RunQuery query, StoreMoment now, RunRow? last, int left)
    {
        int length = RunListing.IsOrdered(query) ? Math.Min(left, PageLength) : left;
        List<(string, object?)> parameters = [("$now", now.Monotonic), ("$max", length)];
        Add("$outcome", query.Outcome?.ToString());
        Add("$from", query.CreatedFrom?.UtcTicks);
        Add("$before", query.CreatedBefore?.UtcTicks);
        Add("$updated", query.UpdatedBefore?.UtcTicks);
        Add("$name", query.Name);
        Add("$lastCreated", last?.Created ?? query.After?.CreatedAt.UtcTicks);
        Add("$lastRun", last?.RunId ?? query.After?.RunId);
        foreach ((int number, KeyValuePair<string, string> tag) in query.Tags.Index())
        {
            Add($"$tag{number}", tag.Key);
            Add($"$value{number}", tag.Value);
        }

        var page = new RunPage();
        int read = 0;
        using (SqliteDataReader reader = _statements.Of(RunListing.SqlOf(query, isContinued: (last?.RunId ?? query.After?.RunId) is not null), [.. parameters]).ExecuteReader())
        {
            for (; reader.Read(); read++)
            {
                try
                {
                    // Also one that is damaged has a place, behind which the next page begins.
                    page.Last = new RunRow { RunId = reader.GetString(1), Created = reader.GetInt64(2), Updated = 0, Origin = [], Head = [], Token = 0 };
                    RunRow row = Checked(reader);

                    // An index says which runs have a name or a tag; what a run has, it vouches for itself.
                    page.Rows.Add(IsListedFor(row, query) ? row : throw Changed(row.RunId));
                }
                catch (Exception exception) when (exception is RunStoreException or InvalidOperationException or InvalidCastException)
                {
                    page.Damage ??= exception as RunStoreException ?? _database.Faults.Damaged($"an entry of a run cannot be read: {exception.Message}");
                }
            }
        }

        // Where nothing can be read there is no place to continue from.
        page.IsLast = read < length || length == left || page.Last is null;
        if (last is null && query is { IsEnded: false, Max: null, Name: null, Tags.Count: 0, After: null })
        {
            // Runs that wait to be resumed are not to be hidden by a damaged index.
            long open = (long)_statements.Scalar("SELECT count(*) FROM runs INDEXED BY runs_by_outcome WHERE outcome IS NULL")!;
            long expected = (long)_statements.Scalar("SELECT open FROM store")!;
            page.Damage ??= open == expected ? null : _database.Faults.Damaged($"of {expected} runs that have not ended {open} can be found.");
        }

        return page;

        void Add(string name, object? value)
        {
            if (value is not null)
            {
                parameters.Add((name, value));
            }
        }
    }

    public void Insert(RunRow row, ReadOnlyMemory<byte> header)
    {
        const string Sql = """
            INSERT INTO runs (run_id, created, updated, sequence, origin, head, outcome, token, owner, granted, expires, ended, subtasks, name, goal, tags, seal)
            VALUES ($run, $created, $updated, $sequence, $origin, $head, $outcome, $token, $owner, $granted, $expires, $ended, $subtasks, $name, $goal, $tags, $seal) RETURNING key
            """;
        long key = (long)_statements.Scalar(
            Sql,
            ("$run", row.RunId), ("$created", row.Created), ("$updated", row.Updated), ("$sequence", row.Sequence), ("$origin", row.Origin), ("$head", row.Head),
            ("$outcome", row.Outcome?.ToString()), ("$token", row.Token), ("$owner", row.Owner), ("$granted", row.Granted), ("$expires", row.Expires),
            ("$ended", row.Progress.EndedSubtasks), ("$subtasks", row.Progress.Subtasks), ("$name", row.Name), ("$goal", row.Goal), ("$tags", row.Tags),
            ("$seal", Chain.Seal(row)))!;
        foreach ((string tag, string value) in TagText.Read(row.Tags))
        {
            _statements.Execute(
                "INSERT INTO tags VALUES ($tag, $value, $created, $run, $key)", ("$tag", tag), ("$value", value), ("$created", row.Created), ("$run", row.RunId), ("$key", key));
        }

        _statements.Execute("INSERT INTO headers VALUES ($run, $content)", ("$run", key), ("$content", header.ToArray()));
        _directory.Add(row.RunId, key);
        _opened++;
    }

    /// <summary>Writes what an append has changed about a run. Its lease stays, and no index is touched unless it has ended.</summary>
    public void UpdateJournal(RunRow row, bool wasEnded)
    {
        ReadOnlySpan<(string, object?)> parameters =
        [
            ("$key", row.Key), ("$updated", row.Updated), ("$sequence", row.Sequence), ("$head", row.Head),
            ("$ended", row.Progress.EndedSubtasks), ("$subtasks", row.Progress.Subtasks), ("$seal", Chain.Seal(row)),
        ];
        if (row.Outcome is null)
        {
            _statements.Execute(UpdateSql, parameters);
            return;
        }

        _statements.Execute(EndSql, [.. parameters, ("$outcome", row.Outcome.ToString())]);
        _opened -= wasEnded ? 0 : 1;
    }

    public void UpdateLease(RunRow row) => _statements.Execute(
        LeaseSql,
        ("$key", row.Key), ("$token", row.Token), ("$owner", row.Owner), ("$granted", row.Granted), ("$expires", row.Expires), ("$seal", Chain.Seal(row)));

    public void Delete(string runId, long key)
    {
        bool? wasOpen = IsOpen(key);
        _statements.Execute("DELETE FROM blobs WHERE run = $key", ("$key", key));
        _statements.Execute(
            "DELETE FROM journal WHERE place BETWEEN $first AND $last",
            ("$first", JournalPlace.Of(key, 0)), ("$last", JournalPlace.Of(key, JournalPlace.LastSequence)));
        _statements.Execute("DELETE FROM tags WHERE run = $key", ("$key", key));
        _statements.Execute("DELETE FROM headers WHERE run = $key", ("$key", key));
        _statements.Execute("DELETE FROM runs WHERE key = $key", ("$key", key));
        _directory.Remove(runId);
        _hasDeleted = true;
        if (wasOpen is { } open)
        {
            _opened -= open ? 1 : 0;
        }
        else
        {
            // Nobody knows whether a damaged one had ended.
            _statements.Execute("UPDATE store SET open = (SELECT count(*) FROM runs WHERE outcome IS NULL) - $opened", ("$opened", _opened));
        }
    }

    public void AddToJournal(long run, long sequence, int count, byte[] lines, byte[] head) => _statements.Execute(
        "INSERT INTO journal (place, count, events, head) VALUES ($place, $count, $events, $head)",
        ("$place", JournalPlace.Of(run, sequence)), ("$count", count), ("$events", lines), ("$head", head));

    public void AddBlob(long run, JournalBlob blob)
    {
        ReadOnlySpan<byte> content = blob.Content.Span;
        if (content.Length <= LargestBound)
        {
            _statements.Execute("INSERT OR IGNORE INTO blobs VALUES ($run, $name, $content)", ("$run", run), ("$name", blob.Name), ("$content", content.ToArray()));
        }
        else if (_statements.Scalar(
            "INSERT OR IGNORE INTO blobs VALUES ($run, $name, zeroblob($length)) RETURNING rowid", ("$run", run), ("$name", blob.Name), ("$length", content.Length)) is long row)
        {
            using var stream = new SqliteBlob(_connection, "blobs", "content", row);
            for (; content.Length > 0; content = content[Math.Min(LargestBound, content.Length)..])
            {
                stream.Write(content[..Math.Min(LargestBound, content.Length)]);
            }
        }
    }

    public ReadOnlyMemory<byte>? ReadHeader(string runId) => Find(runId) is { } row ? ReadHeader(row) : (ReadOnlyMemory<byte>?)null;

    public ReadOnlyMemory<byte>? ReadBlob(string runId, string name)
    {
        if (Find(runId) is not { } row
            || _statements.Scalar("SELECT content FROM blobs WHERE run = $run AND name = $name", ("$run", row.Key), ("$name", name)) is not { } found)
        {
            return null;
        }

        return found is byte[] content && Convert.ToHexString(SHA256.HashData(content)) == name
            ? content
            : throw _database.Faults.Damaged($"the blob {name} of the run '{runId}' is not what was written.");
    }

    /// <summary>Begins to read a journal as it is now.</summary>
    /// <returns>The place before the event, or <see langword="null"/> when there is nothing to read.</returns>
    public JournalCursor? BeginJournal(string runId, long from)
    {
        if (Find(runId) is not { } row)
        {
            return null;
        }

        if (from == 0)
        {
            return new JournalCursor(row, 0, row.Origin);
        }

        if (from >= row.Sequence)
        {
            return null;
        }

        // The append that holds the event, and behind which head it was appended.
        const string Sql = "SELECT place, head FROM journal WHERE place BETWEEN $first AND $from ORDER BY place DESC LIMIT 2";
        using SqliteDataReader reader = _statements.Of(Sql, ("$first", JournalPlace.Of(row.Key, 0)), ("$from", JournalPlace.Of(row.Key, from))).ExecuteReader();
        if (!reader.Read())
        {
            throw Incomplete(row, 0);
        }

        long sequence = reader.GetInt64(0) & JournalPlace.LastSequence;
        return new JournalCursor(row, sequence, reader.Read() ? (byte[])reader.GetValue(1) : sequence == 0 ? row.Origin : throw Incomplete(row, 0));
    }

    /// <summary>Reads the next appends of a journal, and checks them.</summary>
    /// <returns>The events; none at the end, which is that of the journal when reading began.</returns>
    public List<ReadOnlyMemory<byte>> ReadJournal(JournalCursor cursor)
    {
        RunRow row = cursor.Run;
        List<ReadOnlyMemory<byte>> events = [];
        if (cursor.Sequence >= row.Sequence)
        {
            // The header holds the plan: whoever wants the first events only does not pay for it.
            if (Find(row.RunId)?.Key == row.Key)
            {
                _ = ReadHeader(row);
            }

            return cursor.Sequence == row.Sequence && cursor.Head.AsSpan().SequenceEqual(row.Head) ? events : throw Incomplete(row, cursor.Sequence);
        }

        int bytes = 0;
        using SqliteDataReader reader = _statements.Of(
            "SELECT sequence, count, events, head FROM journal WHERE place BETWEEN $first AND $last ORDER BY place",
            ("$first", JournalPlace.Of(row.Key, cursor.Sequence)), ("$last", JournalPlace.Of(row.Key, row.Sequence - 1))).ExecuteReader();
        while (events.Count < cursor.PageLength && bytes < JournalCursor.PageBytes && reader.Read())
        {
            byte[] lines = (byte[])reader.GetValue(2);
            byte[] head = Chain.Next(cursor.Head, reader.GetInt64(0), reader.GetInt32(1), lines);
            if (reader.GetInt64(0) != cursor.Sequence || !head.AsSpan().SequenceEqual((byte[])reader.GetValue(3)) || JournalLines.Split(lines, events) != reader.GetInt32(1))
            {
                throw _database.Faults.Damaged($"the journal of the run '{row.RunId}' is not what was written, from event {reader.GetInt64(0)} of {row.Sequence} on.");
            }

            cursor.Advance(reader.GetInt32(1), head);
            bytes += lines.Length;
        }

        return events.Count > 0 ? events
            : Find(row.RunId)?.Key == row.Key ? throw Incomplete(row, cursor.Sequence)
            : throw new RunStoreException($"The run '{row.RunId}' was deleted while its journal was read.");
    }

    public void Dispose()
    {
        _statements.Dispose();
        Chain.Dispose();
        _connection.Dispose();
    }

    private ReadOnlyMemory<byte> ReadHeader(RunRow row) =>
        _statements.Scalar("SELECT content FROM headers WHERE run = $run", ("$run", row.Key)) is byte[] content
        && Chain.Origin(row.RunId, row.Created, content).AsSpan().SequenceEqual(row.Origin)
            ? content
            : throw _database.Faults.Damaged($"the header of the run '{row.RunId}' is not what was written.");

    private bool? IsOpen(long key)
    {
        using SqliteDataReader reader = _statements.Of($"SELECT {RunListing.Columns} FROM runs WHERE key = $key", ("$key", key)).ExecuteReader();
        try
        {
            return reader.Read() ? Checked(reader).Outcome is null : null;
        }
        catch (Exception exception) when (exception is RunStoreException or InvalidOperationException or InvalidCastException)
        {
            return null;
        }
    }

    private RunStoreException Incomplete(RunRow row, long events) => _database.Faults.Damaged($"the journal of the run '{row.RunId}' ends after event {events} of {row.Sequence}.");

    private RunStoreException Changed(string runId) => _database.Faults.Damaged($"the entry of the run '{runId}' is not what was written.");

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
            Progress = new RunProgress(reader.GetInt32(13), reader.GetInt32(14)),
            Name = reader.IsDBNull(15) ? null : reader.GetString(15),
            Goal = reader.GetString(16),
            Tags = reader.IsDBNull(17) ? null : reader.GetString(17),
        };
        return Chain.Seal(row).AsSpan().SequenceEqual((byte[])reader.GetValue(12))
            ? row
            : throw Changed(row.RunId);
    }

    private static bool IsListedFor(RunRow row, RunQuery query)
    {
        if (query.Name is { } name && row.Name != name)
        {
            return false;
        }

        IReadOnlyDictionary<string, string> tags = query.Tags.Count == 0 ? query.Tags : TagText.Read(row.Tags);
        return query.Tags.All(tag => tags.TryGetValue(tag.Key, out string? value) && value == tag.Value);
    }

    private RunOutcome OutcomeOf(string text, string runId) => Enum.TryParse(text, out RunOutcome outcome) && outcome.ToString() == text
        ? outcome
        : throw Changed(runId);
}
