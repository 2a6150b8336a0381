using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>Renews and releases the leases of many runs in one statement.</summary>
/// <param name="database">The database.</param>
internal sealed class LeaseStatement(PostgresDatabase database)
{
    /// <summary>Changes the leases that are the latest, and sets the result of each request.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="group">The requests, of different runs.</param>
    /// <param name="timeout">How long the server may take, in seconds.</param>
    public void Execute(NpgsqlConnection connection, IReadOnlyList<LeaseRequest> group, int timeout)
    {
        using NpgsqlCommand command = connection.NewCommand(database.Statements.ChangeLeases, timeout);
        command.Add(group.Select(request => StoredText.Write(request.RunId)).ToArray());
        command.Add(group.Select(request => request.Lease.Token).ToArray());
        command.Add(group.Select(request => request.Duration).ToArray());
        command.Add(database.Clock.Monotonic);
        foreach (LeaseRequest request in group)
        {
            request.Result = null;
        }

        using NpgsqlDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            LeaseRequest request = group[(int)reader.GetInt64(0) - 1];
            if (request.Duration is not null)
            {
                request.Result = request.Lease with { Owner = StoredText.Read(reader.GetString(1)), ExpiresAt = database.Clock.TimeOfDayOf(reader.GetInt64(2)) };
            }
        }
    }
}
