using System.Runtime.CompilerServices;
using AgentOrchestration.Runs.Storage;
using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>Reads journals by pages, each with a connection of its own: a slow reader holds nothing back in the server. What is read is checked to be whole.</summary>
/// <param name="database">The database.</param>
internal sealed class JournalReading(PostgresDatabase database)
{
    private const int FirstPage = 16;
    private const int LargestPage = 2048;
    private const int PageBytes = 2 * 1024 * 1024;

    /// <summary>Reads the events of a run from one on, up to what is there when reading begins.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string runId, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await database.DoAsync(BeginAsync, isRepeatable: true, cancellationToken).ConfigureAwait(false) is not { } run || from >= run.End)
        {
            yield break;
        }

        List<ReadOnlyMemory<byte>> events = [];
        long sequence = run.First;
        for (int length = FirstPage; sequence < run.End; length = Math.Min(length * 2, LargestPage))
        {
            int wanted = length;
            long first = sequence;
            sequence = await database.DoAsync(NextPageAsync, isRepeatable: true, cancellationToken).ConfigureAwait(false);
            for (int i = (int)Math.Max(0, from - first); i < events.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return events[i];
            }

            async Task<long> NextPageAsync(NpgsqlConnection connection, CancellationToken token)
            {
                events.Clear();
                return await ReadPageAsync(connection, run, first, wanted, events, token).ConfigureAwait(false);
            }
        }

        async Task<JournalSpan?> BeginAsync(NpgsqlConnection connection, CancellationToken token)
        {
            using NpgsqlCommand command = connection.NewCommand(database.Statements.BeginJournal).Add(StoredText.Write(runId)).Add(from);
            using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            return await reader.ReadAsync(token).ConfigureAwait(false) ? SpanOf(runId, reader) : null;
        }
    }

    private JournalSpan SpanOf(string runId, NpgsqlDataReader reader) => reader.IsDBNull(1)
        ? throw database.Faults.Damaged($"the state of the run '{runId}' is missing.")
        : new JournalSpan(runId, reader.GetInt64(0), reader.IsDBNull(2) ? 0 : reader.GetInt64(2), reader.GetInt64(1));

    /// <returns>The sequence behind the page.</returns>
    private async Task<long> ReadPageAsync(NpgsqlConnection connection, JournalSpan run, long first, int length, List<ReadOnlyMemory<byte>> events, CancellationToken cancellationToken)
    {
        long sequence = first;
        using (NpgsqlCommand command = connection.NewCommand(database.Statements.ReadJournal).Add(run.Key).Add(first).Add(run.End - 1).Add((long)length).Add((long)PageBytes))
        using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                sequence = AddEvents(reader, run, sequence, events);
            }
        }

        if (sequence > run.End)
        {
            throw database.Faults.Damaged($"the journal of the run '{run.RunId}' has events behind the last of {run.End}.");
        }

        return sequence > first ? sequence : throw await MissingAsync(connection, run, first, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds the events of a row, which continues the journal without a gap.</summary>
    private long AddEvents(NpgsqlDataReader reader, JournalSpan run, long sequence, List<ReadOnlyMemory<byte>> events)
    {
        int count = reader.GetInt32(1);
        return reader.GetInt64(0) == sequence && EventLines.Split(reader.GetFieldValue<byte[]>(2), events) == count
            ? sequence + count
            : throw database.Faults.Damaged($"the journal of the run '{run.RunId}' is not what was written, from event {sequence} of {run.End} on.");
    }

    private async Task<RunStoreException> MissingAsync(NpgsqlConnection connection, JournalSpan run, long first, CancellationToken cancellationToken)
    {
        using NpgsqlCommand command = connection.NewCommand(database.Statements.Exists).Add(run.Key);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is null
            ? new RunStoreException($"The run '{run.RunId}' was deleted while its journal was read.")
            : database.Faults.Damaged($"the journal of the run '{run.RunId}' ends after event {first} of {run.End}.");
    }

    /// <summary>The part of a journal that is read.</summary>
    private sealed record JournalSpan(string RunId, long Key, long First, long End);
}
