using AgentOrchestration.Runs.Storage;
using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>Takes leases.</summary>
/// <param name="database">The database.</param>
internal sealed class RunLeases(PostgresDatabase database)
{
    public Task<RunLease?> AcquireAsync(string runId, string owner, long duration, CancellationToken cancellationToken) => database.DoAsync(
        async (connection, token) =>
        {
            using NpgsqlCommand command = connection.NewCommand(database.Statements.Acquire)
                .Add(StoredText.Write(runId)).Add(StoredText.Write(owner)).Add(duration).Add(database.Clock.Monotonic);
            using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            return await reader.ReadAsync(token).ConfigureAwait(false)
                ? new RunLease(runId, owner, reader.GetInt64(0), database.Clock.TimeOfDayOf(reader.GetInt64(1)))
                : null;
        },
        isReading: false,
        cancellationToken);

    public Task<IReadOnlyList<RunLease>> ClaimAsync(RunClaim claim, long duration, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<RunLease>>(
        async (connection, token) =>
        {
            using NpgsqlCommand command = connection.NewCommand(database.Statements.Claim)
                .Add(StoredText.Write(claim.Owner)).Add(duration).Add((long)claim.Max).Add(claim.TaskTypes?.Select(StoredText.Write).ToArray())
                .Add(claim.Except.Select(StoredText.Write).ToArray()).Add(database.Clock.Monotonic);
            using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            List<RunLease> leases = [];
            while (await reader.ReadAsync(token).ConfigureAwait(false))
            {
                leases.Add(new RunLease(StoredText.Read(reader.GetString(0)), claim.Owner, reader.GetInt64(1), database.Clock.TimeOfDayOf(reader.GetInt64(2))));
            }

            return leases;
        },
        isReading: false,
        cancellationToken);
}
