using AgentOrchestration.Runs.Storage;
using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>Takes leases.</summary>
/// <param name="database">The database.</param>
internal sealed class RunLeases(PostgresDatabase database)
{
    public async Task<RunLease?> AcquireAsync(string runId, string owner, long duration, CancellationToken cancellationToken)
    {
        var request = Guid.NewGuid();
        bool isRepeated = false;
        return await database.DoAsync(AcquireAsync, isRepeatable: true, cancellationToken).ConfigureAwait(false);

        async Task<RunLease?> AcquireAsync(NpgsqlConnection connection, CancellationToken token)
        {
            bool mayBeTaken = isRepeated;
            isRepeated = true;
            using NpgsqlCommand command = connection.NewCommand(database.Statements.Acquire)
                .Add(StoredText.Write(runId)).Add(StoredText.Write(owner)).Add(duration).Add(database.Clock.Monotonic).Add(request);
            RunLease? lease = await ReadAsync(command, token).ConfigureAwait(false);
            if (lease is not null || !mayBeTaken)
            {
                return lease;
            }

            using NpgsqlCommand find = connection.NewCommand(database.Statements.FindTakenOf).Add(StoredText.Write(runId)).Add(request);
            return await ReadAsync(find, token).ConfigureAwait(false);
        }

        async Task<RunLease?> ReadAsync(NpgsqlCommand command, CancellationToken token)
        {
            using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            return await reader.ReadAsync(token).ConfigureAwait(false)
                ? new RunLease(runId, owner, reader.GetInt64(0), database.Clock.TimeOfDayOf(reader.GetInt64(1)))
                : null;
        }
    }

    public async Task<IReadOnlyList<RunLease>> ClaimAsync(RunClaim claim, long duration, CancellationToken cancellationToken)
    {
        var request = Guid.NewGuid();
        bool isRepeated = false;
        return await database.DoAsync(ClaimAsync, isRepeatable: true, cancellationToken).ConfigureAwait(false);

        async Task<IReadOnlyList<RunLease>> ClaimAsync(NpgsqlConnection connection, CancellationToken token)
        {
            if (isRepeated)
            {
                using NpgsqlCommand find = connection.NewCommand(database.Statements.FindTaken).Add(request);
                if (await ReadAsync(find, token).ConfigureAwait(false) is { Count: > 0 } taken)
                {
                    return taken;
                }
            }

            isRepeated = true;
            using NpgsqlCommand command = connection.NewCommand(database.Statements.Claim)
                .Add(StoredText.Write(claim.Owner)).Add(duration).Add((long)claim.Max).Add(claim.TaskTypes?.Select(StoredText.Write).ToArray())
                .Add(claim.Except.Select(StoredText.Write).ToArray()).Add(database.Clock.Monotonic).Add(request);
            return await ReadAsync(command, token).ConfigureAwait(false);
        }

        async Task<List<RunLease>> ReadAsync(NpgsqlCommand command, CancellationToken token)
        {
            using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            List<RunLease> leases = [];
            while (await reader.ReadAsync(token).ConfigureAwait(false))
            {
                leases.Add(new RunLease(StoredText.Read(reader.GetString(0)), claim.Owner, reader.GetInt64(1), database.Clock.TimeOfDayOf(reader.GetInt64(2))));
            }

            return leases;
        }
    }
}
