using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AgentOrchestration.Runs.Storage;
using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>Creates, finds, lists and deletes runs.</summary>
/// <param name="database">The database.</param>
internal sealed class RunEntries(PostgresDatabase database)
{
    private const int PageLength = 256;

    /// <summary>Creates a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="owner">Who holds its lease; <see langword="null"/> for nobody.</param>
    /// <param name="duration">How long the lease is valid, in ticks.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>The end of the lease, or <see langword="null"/> when there is a run of that id.</returns>
    public async Task<long?> CreateAsync(NewRun run, string? owner, long duration, CancellationToken cancellationToken)
    {
        var request = Guid.NewGuid();
        bool isRepeated = false;
        return await database.DoAsync(CreateAsync, isRepeatable: true, cancellationToken).ConfigureAwait(false);

        async Task<long?> CreateAsync(NpgsqlConnection connection, CancellationToken token)
        {
            bool mayBeMade = isRepeated;
            isRepeated = true;
            string[] keys = [.. run.Tags.Keys.Select(StoredText.Write)];
            string[] values = [.. run.Tags.Values.Select(StoredText.Write)];
            using NpgsqlCommand command = connection.NewCommand(database.Statements.Create)
                .Add(StoredText.Write(run.RunId)).Add(run.CreatedAt.UtcTicks).Add(run.Name is { } name ? StoredText.Write(name) : null).Add(StoredText.WriteAny(run.Goal))
                .Add(keys).Add(values).Add(keys.Zip(values, (key, value) => (string[])[key, value]).SelectMany(tag => tag).ToArray())
                .Add(run.TaskTypes.Distinct(StringComparer.Ordinal).Select(StoredText.Write).ToArray()).Add(run.Header)
                .Add(owner is null ? null : StoredText.Write(owner)).Add(duration).Add(run.Subtasks).Add(database.Clock.Monotonic).Add(request);
            if (await command.ExecuteScalarAsync(token).ConfigureAwait(false) is long expires)
            {
                return expires;
            }

            if (!mayBeMade)
            {
                return null;
            }

            using NpgsqlCommand find = connection.NewCommand(database.Statements.FindMade).Add(StoredText.Write(run.RunId)).Add(request);
            return (long?)await find.ExecuteScalarAsync(token).ConfigureAwait(false);
        }
    }

    public Task<StoredRun?> FindAsync(string runId, CancellationToken cancellationToken) => database.DoAsync(
        async (connection, token) =>
        {
            using NpgsqlCommand command = connection.NewCommand(database.Statements.Find).Add(StoredText.Write(runId)).Add(database.Clock.Monotonic);
            using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            return await reader.ReadAsync(token).ConfigureAwait(false) ? database.Rows.Read(reader) : null;
        },
        isRepeatable: true,
        cancellationToken);

    public async IAsyncEnumerable<StoredRun> ListAsync(RunQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RunStoreException? damage = null;
        (long Created, string StoredId)? last = query.After is { } after ? (after.CreatedAt.UtcTicks, StoredText.Write(after.RunId)) : null;
        for (int left = query.Max ?? int.MaxValue; left > 0;)
        {
            (int length, (long Created, string StoredId)? place) = (Math.Min(left, PageLength), last);
            RunPage page = await database.DoAsync((connection, token) => ReadPageAsync(connection, query, place, length, token), isRepeatable: true, cancellationToken).ConfigureAwait(false);
            foreach (StoredRun run in page.Runs)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return run;
            }

            damage ??= page.Damage;
            left = page.IsLast ? 0 : left - page.Runs.Count;
            last = page.Last;
        }

        if (damage is not null)
        {
            throw damage;
        }
    }

    public Task<bool> DeleteAsync(string runId, CancellationToken cancellationToken) => database.DoAsync(
        async (connection, token) =>
        {
            using NpgsqlCommand command = connection.NewCommand(database.Statements.Delete).Add(StoredText.Write(runId)).Add(database.Clock.Monotonic);
            if (await command.ExecuteScalarAsync(token).ConfigureAwait(false) is > 0L)
            {
                return true;
            }

            using NpgsqlCommand damaged = connection.NewCommand(database.Statements.DeleteDamaged).Add(StoredText.Write(runId));
            return await damaged.ExecuteScalarAsync(token).ConfigureAwait(false) is > 0L;
        },
        isRepeatable: false,
        cancellationToken);

    public Task<byte[]?> ReadHeaderAsync(string runId, CancellationToken cancellationToken) => database.DoAsync(
        async (connection, token) =>
        {
            using NpgsqlCommand command = connection.NewCommand(database.Statements.ReadHeader).Add(StoredText.Write(runId));
            return (byte[]?)await command.ExecuteScalarAsync(token).ConfigureAwait(false);
        },
        isRepeatable: true,
        cancellationToken);

    public async Task<byte[]?> ReadBlobAsync(string runId, string name, CancellationToken cancellationToken)
    {
        byte[]? content = await database.DoAsync(ReadAsync, isRepeatable: true, cancellationToken).ConfigureAwait(false);
        return content is null || Convert.ToHexString(SHA256.HashData(content)) == name
            ? content
            : throw database.Faults.Damaged($"the blob {name} of the run '{runId}' is not what was written.");

        async Task<byte[]?> ReadAsync(NpgsqlConnection connection, CancellationToken token)
        {
            using NpgsqlCommand command = connection.NewCommand(database.Statements.ReadBlob).Add(StoredText.Write(runId)).Add(StoredText.Write(name));
            return (byte[]?)await command.ExecuteScalarAsync(token).ConfigureAwait(false);
        }
    }

    private async Task<RunPage> ReadPageAsync(NpgsqlConnection connection, RunQuery query, (long Created, string StoredId)? last, int length, CancellationToken cancellationToken)
    {
        var page = new RunPage { Last = last };
        using NpgsqlCommand command = connection.CreateCommand();
        RunListing.Write(command, database.Statements, query, database.Clock.Monotonic, last, length);
        using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        int read = 0;
        for (; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); read++)
        {
            page.Last = RunRows.PlaceOf(reader);
            try
            {
                page.Runs.Add(database.Rows.Read(reader));
            }
            catch (RunStoreException exception)
            {
                // One damaged run keeps nobody from the rest.
                page.Damage ??= exception;
            }
        }

        page.IsLast = read < length;
        return page;
    }
}
