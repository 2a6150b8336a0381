using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The directory of a file: finds runs by their ids, and proves that one is not there. See <see cref="DirectoryEntry"/>.</summary>
internal sealed class RunDirectory(SqliteDatabase database, SqliteStatements statements, HashChain chain)
{
    /// <summary>The entry of the next id after $run; the last is followed by the first.</summary>
    private const string NextSql = """
        SELECT run_id, run, previous, seal FROM directory
        WHERE run_id = coalesce((SELECT run_id FROM directory WHERE run_id > $run ORDER BY run_id LIMIT 1), '')
        """;

    private const string EntrySql = "SELECT run_id, run, previous, seal FROM directory WHERE run_id = $run";

    private const string PreviousSql = "SELECT run_id FROM directory WHERE run_id < $run ORDER BY run_id DESC LIMIT 1";

    /// <summary>Makes the directory of a new file.</summary>
    public static void Begin(SqliteConnection connection, HashChain chain)
    {
        using var statements = new SqliteStatements(connection);
        Insert(statements, chain, DirectoryEntry.OfNewFile);
    }

    /// <returns>The key of a run, or <see langword="null"/> when there is none of that id.</returns>
    public long? Find(string runId)
    {
        if (statements.Scalar("SELECT run FROM directory WHERE run_id = $run", ("$run", runId)) is long run)
        {
            return run;
        }

        _ = NextOfAbsent(runId);
        return null;
    }

    /// <summary>Adds a run that is not there.</summary>
    public void Add(string runId, long run)
    {
        (DirectoryEntry next, string previous) = NextOfAbsent(runId);
        Link(next with { Previous = runId });
        Insert(statements, chain, new DirectoryEntry(runId, run, previous));
    }

    /// <summary>Removes a run. What is damaged about its own entry does not matter.</summary>
    public void Remove(string runId)
    {
        string previous = Read(EntrySql, runId) is { } own ? own.Previous : PreviousOf(runId);
        DirectoryEntry next = Read(NextSql, runId) ?? throw Damaged(runId);
        statements.Execute("DELETE FROM directory WHERE run_id = $run", ("$run", runId));
        Link(next with { Previous = previous });
    }

    private static void Insert(SqliteStatements statements, HashChain chain, DirectoryEntry entry) => statements.Execute(
        "INSERT INTO directory VALUES ($run, $key, $previous, $seal)",
        ("$run", entry.RunId), ("$key", entry.Run), ("$previous", entry.Previous), ("$seal", chain.Seal(entry)));

    private (DirectoryEntry Next, string Previous) NextOfAbsent(string runId)
    {
        string previous = PreviousOf(runId);
        return Read(NextSql, runId) is { } next && next.Previous == previous ? (next, previous) : throw Damaged(runId);
    }

    private string PreviousOf(string runId) => statements.Scalar(PreviousSql, ("$run", runId)) as string ?? throw Damaged(runId);

    private void Link(DirectoryEntry entry) => statements.Execute(
        "UPDATE directory SET previous = $previous, seal = $seal WHERE run_id = $run",
        ("$run", entry.RunId), ("$previous", entry.Previous), ("$seal", chain.Seal(entry)));

    /// <returns>An entry, or <see langword="null"/> when there is none, or it is not what was written.</returns>
    private DirectoryEntry? Read(string sql, string runId)
    {
        using SqliteDataReader reader = statements.Of(sql, ("$run", runId)).ExecuteReader();
        if (!reader.Read())
        {
            return null;
        }

        var entry = new DirectoryEntry(reader.GetString(0), reader.GetInt64(1), reader.GetString(2));
        return chain.Seal(entry).AsSpan().SequenceEqual((byte[])reader.GetValue(3)) ? entry : null;
    }

    private AgentOrchestration.Runs.Storage.RunStoreException Damaged(string runId) =>
        database.Faults.Damaged($"its directory is not what was written where the run '{runId}' would be.");
}
