using System.Text.Json;
using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The entries of runs, with their tags, and the count of those that have not ended.</summary>
/// <param name="statements">The statements of the connection.</param>
/// <param name="chain">Vouches for entries.</param>
/// <param name="directory">The keys of runs by their ids.</param>
/// <param name="faults">Describes damage.</param>
internal sealed class RunTable(SqliteStatements statements, HashChain chain, RunDirectory directory, FileFaults faults)
{
    private const int PageLength = 256;

    private const string UpdateSql = "UPDATE runs SET updated = $updated, sequence = $sequence, head = $head, ended = $ended, subtasks = $subtasks, seal = $seal WHERE key = $key";

    private const string EndSql = "UPDATE runs SET updated = $updated, sequence = $sequence, head = $head, ended = $ended, subtasks = $subtasks, outcome = $outcome, seal = $seal WHERE key = $key";

    private const string LeaseSql = "UPDATE runs SET token = $token, owner = $owner, granted = $granted, expires = $expires, seal = $seal WHERE key = $key";

    private const string LostSql =
        $"SELECT {RunListing.Columns} FROM runs INDEXED BY runs_owned_by_age WHERE ($now IS NOT NULL) AND owner IS NOT NULL AND outcome IS NULL AND NOT {RunListing.IsLeased} ORDER BY created, run_id";

    private const string FreeSql =
        $"SELECT {RunListing.Columns} FROM runs INDEXED BY runs_free_by_age WHERE ($now IS NOT NULL) AND owner IS NULL AND outcome IS NULL ORDER BY created, run_id";

    private long _opened;

    /// <summary>How many more runs are open than when this was asked last.</summary>
    public long TakeOpened()
    {
        long opened = _opened;
        _opened = 0;
        return opened;
    }

    public RunRow? Find(string runId)
    {
        if (directory.Find(runId) is not { } key)
        {
            return null;
        }

        using SqliteDataReader reader = statements.Of($"SELECT {RunListing.Columns} FROM runs WHERE key = $key", ("$key", key)).ExecuteReader();
        return reader.Read() && Checked(reader) is var row && row.RunId == runId ? row : throw Changed(runId);
    }

    /// <summary>The key of a run that nobody holds, also when it is damaged: that it can be deleted then is the remedy.</summary>
    public long? FindFree(string runId, StoreMoment now) =>
        directory.Find(runId) is { } key
        && statements.Scalar($"SELECT 1 FROM runs WHERE key = $key AND run_id = $run AND {RunListing.IsLeased}", ("$key", key), ("$run", runId), ("$now", now.Monotonic)) is null
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
        using (SqliteDataReader reader = statements.Of(RunListing.SqlOf(query, isContinued: (last?.RunId ?? query.After?.RunId) is not null), [.. parameters]).ExecuteReader())
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
                    page.Damage ??= exception as RunStoreException ?? faults.Damaged($"an entry of a run cannot be read: {exception.Message}");
                }
            }
        }

        // Where nothing can be read there is no place to continue from.
        page.IsLast = read < length || length == left || page.Last is null;
        if (last is null && query is { IsEnded: false, Max: null, Name: null, Tags.Count: 0, After: null })
        {
            // Runs that wait to be resumed are not to be hidden by a damaged index.
            long open = (long)statements.Scalar("SELECT count(*) FROM runs INDEXED BY runs_by_outcome WHERE outcome IS NULL")!;
            long expected = (long)statements.Scalar("SELECT open FROM store")!;
            page.Damage ??= open == expected ? null : faults.Damaged($"of {expected} runs that have not ended {open} can be found.");
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

    /// <returns>The key of the new run.</returns>
    public long Insert(RunRow row)
    {
        const string Sql = """
            INSERT INTO runs (run_id, created, updated, sequence, origin, head, outcome, token, owner, granted, expires, ended, subtasks, name, goal, tags, task_types, seal)
            VALUES ($run, $created, $updated, $sequence, $origin, $head, $outcome, $token, $owner, $granted, $expires, $ended, $subtasks, $name, $goal, $tags, $taskTypes, $seal) RETURNING key
            """;
        long key = (long)statements.Scalar(
            Sql,
            ("$run", row.RunId), ("$created", row.Created), ("$updated", row.Updated), ("$sequence", row.Sequence), ("$origin", row.Origin), ("$head", row.Head),
            ("$outcome", row.Outcome?.ToString()), ("$token", row.Token), ("$owner", row.Owner), ("$granted", row.Granted), ("$expires", row.Expires),
            ("$ended", row.Progress.EndedSubtasks), ("$subtasks", row.Progress.Subtasks), ("$name", row.Name), ("$goal", row.Goal), ("$tags", row.Tags), ("$taskTypes", row.TaskTypes),
            ("$seal", chain.Seal(row)))!;
        foreach ((string tag, string value) in TagText.Read(row.Tags))
        {
            statements.Execute(
                "INSERT INTO tags VALUES ($tag, $value, $created, $run, $key)", ("$tag", tag), ("$value", value), ("$created", row.Created), ("$run", row.RunId), ("$key", key));
        }

        directory.Add(row.RunId, key);
        _opened++;
        return key;
    }

    /// <summary>Writes what an append has changed about a run. Its lease stays, and no index is touched unless it has ended.</summary>
    public void UpdateJournal(RunRow row, bool wasEnded)
    {
        ReadOnlySpan<(string, object?)> parameters =
        [
            ("$key", row.Key), ("$updated", row.Updated), ("$sequence", row.Sequence), ("$head", row.Head),
            ("$ended", row.Progress.EndedSubtasks), ("$subtasks", row.Progress.Subtasks), ("$seal", chain.Seal(row)),
        ];
        if (row.Outcome is null)
        {
            statements.Execute(UpdateSql, parameters);
            return;
        }

        statements.Execute(EndSql, [.. parameters, ("$outcome", row.Outcome.ToString())]);
        _opened -= wasEnded ? 0 : 1;
    }

    /// <summary>Writes the task types that a run needs, before its other changes: their seal covers both.</summary>
    public void UpdateTaskTypes(RunRow row) => statements.Execute("UPDATE runs SET task_types = $taskTypes WHERE key = $key", ("$key", row.Key), ("$taskTypes", row.TaskTypes));

    /// <summary>Finds runs that a claim takes: first those whose driver was lost, then those that were submitted or released, the oldest first.</summary>
    /// <param name="claim">How many, and which.</param>
    /// <param name="now">When.</param>
    /// <param name="damage">What is damaged among those that were looked at.</param>
    public List<RunRow> FindClaimable(RunClaim claim, StoreMoment now, out RunStoreException? damage)
    {
        List<RunRow> rows = [];
        damage = null;
        foreach (string sql in (ReadOnlySpan<string>)[LostSql, FreeSql])
        {
            using SqliteDataReader reader = statements.Of(sql, ("$now", now.Monotonic)).ExecuteReader();
            while (rows.Count < claim.Max && reader.Read())
            {
                try
                {
                    if (Checked(reader) is var row && claim.Takes(row.ToStoredRun(now)))
                    {
                        rows.Add(row);
                    }
                }
                catch (Exception exception) when (exception is RunStoreException or InvalidOperationException or InvalidCastException or JsonException)
                {
                    // One damaged run keeps nobody from the rest.
                    damage ??= exception as RunStoreException ?? faults.Damaged($"an entry of a run cannot be read: {exception.Message}");
                }
            }
        }

        return rows;
    }

    public void UpdateLease(RunRow row) => statements.Execute(
        LeaseSql,
        ("$key", row.Key), ("$token", row.Token), ("$owner", row.Owner), ("$granted", row.Granted), ("$expires", row.Expires), ("$seal", chain.Seal(row)));

    /// <summary>Deletes an entry, when nothing else of the run is left.</summary>
    public void Delete(string runId, long key)
    {
        bool? wasOpen = IsOpen(key);
        statements.Execute("DELETE FROM tags WHERE run = $key", ("$key", key));
        statements.Execute("DELETE FROM runs WHERE key = $key", ("$key", key));
        directory.Remove(runId);
        if (wasOpen is { } open)
        {
            _opened -= open ? 1 : 0;
        }
        else
        {
            // Nobody knows whether a damaged one had ended.
            statements.Execute("UPDATE store SET open = (SELECT count(*) FROM runs WHERE outcome IS NULL) - $opened", ("$opened", _opened));
        }
    }

    private bool? IsOpen(long key)
    {
        using SqliteDataReader reader = statements.Of($"SELECT {RunListing.Columns} FROM runs WHERE key = $key", ("$key", key)).ExecuteReader();
        try
        {
            return reader.Read() ? Checked(reader).Outcome is null : null;
        }
        catch (Exception exception) when (exception is RunStoreException or InvalidOperationException or InvalidCastException)
        {
            return null;
        }
    }

    private RunStoreException Changed(string runId) => faults.Damaged($"the entry of the run '{runId}' is not what was written.");

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
            TaskTypes = reader.IsDBNull(18) ? null : reader.GetString(18),
        };
        return chain.Seal(row).AsSpan().SequenceEqual((byte[])reader.GetValue(12))
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
