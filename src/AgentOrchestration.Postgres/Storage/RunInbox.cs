using AgentOrchestration.Runs.Storage;
using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>Commands to runs, and their answers.</summary>
/// <param name="database">The database.</param>
internal sealed class RunInbox(PostgresDatabase database) : IRunInbox
{
    public async ValueTask<bool> SendAsync(RunCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.ThrowIfInvalid();
        cancellationToken.ThrowIfCancellationRequested();
        return await database.DoAsync(SendAsync, isRepeatable: true, cancellationToken).ConfigureAwait(false);

        async Task<bool> SendAsync(NpgsqlConnection connection, CancellationToken token)
        {
            using NpgsqlCommand statement = connection.NewCommand(database.Statements.Send)
                .Add(StoredText.Write(command.RunId)).Add(command.Id).Add(command.SentAt.UtcTicks).Add(command.Content);
            return await statement.ExecuteScalarAsync(token).ConfigureAwait(false) is > 0L;
        }
    }

    public async ValueTask<IReadOnlyList<RunCommand>> ReadCommandsAsync(IReadOnlyCollection<string> runIds, int max, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runIds);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        cancellationToken.ThrowIfCancellationRequested();
        return await database.DoAsync(ReadAsync, isRepeatable: true, cancellationToken).ConfigureAwait(false);

        async Task<IReadOnlyList<RunCommand>> ReadAsync(NpgsqlConnection connection, CancellationToken token)
        {
            using NpgsqlCommand statement = connection.NewCommand(database.Statements.ReadCommands).Add(runIds.Select(StoredText.Write).ToArray()).Add((long)max);
            using NpgsqlDataReader reader = await statement.ExecuteReaderAsync(token).ConfigureAwait(false);
            List<RunCommand> commands = [];
            while (await reader.ReadAsync(token).ConfigureAwait(false))
            {
                commands.Add(Read(reader));
            }

            return commands;
        }
    }

    public async ValueTask<CommandAnswer?> FindAnswerAsync(string runId, Guid commandId, CancellationToken cancellationToken)
    {
        Runs.RunIds.ThrowIfInvalid(runId);
        cancellationToken.ThrowIfCancellationRequested();
        return await database.DoAsync(FindAsync, isRepeatable: true, cancellationToken).ConfigureAwait(false) is { } answer ? new CommandAnswer(commandId, answer) : null;

        async Task<byte[]?> FindAsync(NpgsqlConnection connection, CancellationToken token)
        {
            using NpgsqlCommand statement = connection.NewCommand(database.Statements.FindAnswer).Add(StoredText.Write(runId)).Add(commandId);
            return await statement.ExecuteScalarAsync(token).ConfigureAwait(false) as byte[];
        }
    }

    private static RunCommand Read(NpgsqlDataReader reader) => new(
        StoredText.Read(reader.GetString(0)), reader.GetGuid(1), new DateTimeOffset(reader.GetInt64(2), TimeSpan.Zero), reader.GetFieldValue<byte[]>(3));
}
