using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The headers and journals of runs.</summary>
/// <param name="statements">The statements of the connection.</param>
/// <param name="chain">Vouches for what was written.</param>
/// <param name="runs">The entries of runs.</param>
/// <param name="faults">Describes damage.</param>
internal sealed class JournalTable(SqliteStatements statements, HashChain chain, RunTable runs, FileFaults faults)
{
    public void AddHeader(long run, ReadOnlyMemory<byte> header) =>
        statements.Execute("INSERT INTO headers VALUES ($run, $content)", ("$run", run), ("$content", header.ToArray()));

    public void Add(long run, long sequence, int count, byte[] lines, byte[] head) => statements.Execute(
        "INSERT INTO journal (place, count, events, head) VALUES ($place, $count, $events, $head)",
        ("$place", JournalPlace.Of(run, sequence)), ("$count", count), ("$events", lines), ("$head", head));

    public void Delete(long run)
    {
        statements.Execute(
            "DELETE FROM journal WHERE place BETWEEN $first AND $last",
            ("$first", JournalPlace.Of(run, 0)), ("$last", JournalPlace.Of(run, JournalPlace.LastSequence)));
        statements.Execute("DELETE FROM headers WHERE run = $key", ("$key", run));
    }

    public ReadOnlyMemory<byte>? ReadHeader(string runId) => runs.Find(runId) is { } row ? ReadHeader(row) : (ReadOnlyMemory<byte>?)null;

    /// <summary>Begins to read a journal as it is now.</summary>
    /// <returns>The place before the event, or <see langword="null"/> when there is nothing to read.</returns>
    public JournalCursor? Begin(string runId, long from)
    {
        if (runs.Find(runId) is not { } row)
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
        using SqliteDataReader reader = statements.Of(Sql, ("$first", JournalPlace.Of(row.Key, 0)), ("$from", JournalPlace.Of(row.Key, from))).ExecuteReader();
        if (!reader.Read())
        {
            throw Incomplete(row, 0);
        }

        long sequence = reader.GetInt64(0) & JournalPlace.LastSequence;
        return new JournalCursor(row, sequence, reader.Read() ? (byte[])reader.GetValue(1) : sequence == 0 ? row.Origin : throw Incomplete(row, 0));
    }

    /// <summary>Reads the next appends of a journal, and checks them.</summary>
    /// <returns>The events; none at the end, which is that of the journal when reading began.</returns>
    public List<ReadOnlyMemory<byte>> Read(JournalCursor cursor)
    {
        RunRow row = cursor.Run;
        List<ReadOnlyMemory<byte>> events = [];
        if (cursor.Sequence >= row.Sequence)
        {
            // The header holds the plan: a reader of the first events only does not pay for it.
            if (runs.Find(row.RunId)?.Key == row.Key)
            {
                _ = ReadHeader(row);
            }

            return cursor.Sequence == row.Sequence && cursor.Head.AsSpan().SequenceEqual(row.Head) ? events : throw Incomplete(row, cursor.Sequence);
        }

        int bytes = 0;
        using SqliteDataReader reader = statements.Of(
            "SELECT sequence, count, events, head FROM journal WHERE place BETWEEN $first AND $last ORDER BY place",
            ("$first", JournalPlace.Of(row.Key, cursor.Sequence)), ("$last", JournalPlace.Of(row.Key, row.Sequence - 1))).ExecuteReader();
        while (events.Count < cursor.PageLength && bytes < JournalCursor.PageBytes && reader.Read())
        {
            byte[] lines = (byte[])reader.GetValue(2);
            byte[] head = chain.Next(cursor.Head, reader.GetInt64(0), reader.GetInt32(1), lines);
            if (reader.GetInt64(0) != cursor.Sequence || !head.AsSpan().SequenceEqual((byte[])reader.GetValue(3)) || JournalLines.Split(lines, events) != reader.GetInt32(1))
            {
                throw faults.Damaged($"the journal of the run '{row.RunId}' is not what was written, from event {reader.GetInt64(0)} of {row.Sequence} on.");
            }

            cursor.Advance(reader.GetInt32(1), head);
            bytes += lines.Length;
        }

        return events.Count > 0 ? events
            : runs.Find(row.RunId)?.Key == row.Key ? throw Incomplete(row, cursor.Sequence)
            : throw new RunStoreException($"The run '{row.RunId}' was deleted while its journal was read.");
    }

    private ReadOnlyMemory<byte> ReadHeader(RunRow row) =>
        statements.Scalar("SELECT content FROM headers WHERE run = $run", ("$run", row.Key)) is byte[] content
        && chain.Origin(row.RunId, row.Created, content).AsSpan().SequenceEqual(row.Origin)
            ? content
            : throw faults.Damaged($"the header of the run '{row.RunId}' is not what was written.");

    private RunStoreException Incomplete(RunRow row, long events) => faults.Damaged($"the journal of the run '{row.RunId}' ends after event {events} of {row.Sequence}.");
}
