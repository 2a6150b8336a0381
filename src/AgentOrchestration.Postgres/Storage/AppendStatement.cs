using AgentOrchestration.Runs.Storage;
using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>Appends to the journals of many runs in one statement, which is one round trip and one flush of the server's log.</summary>
/// <param name="database">The database.</param>
internal sealed class AppendStatement(PostgresDatabase database)
{
    /// <summary>Appends what is right, and sets the result of each request.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="group">The requests, of different runs.</param>
    /// <param name="timeout">How long the server may take, in seconds.</param>
    public void Execute(NpgsqlConnection connection, IReadOnlyList<AppendRequest> group, int timeout)
    {
        int refused = group.Count;
        using (NpgsqlCommand command = CommandOf(connection, group, timeout))
        using (NpgsqlDataReader reader = command.ExecuteReader())
        {
            foreach (AppendRequest request in group)
            {
                request.Result = AppendOutcome.NotOwner;
            }

            for (; reader.Read(); refused--)
            {
                group[(int)reader.GetInt64(0) - 1].Result = AppendOutcome.Appended;
            }
        }

        if (refused > 0)
        {
            FindReasons(connection, [.. group.Where(request => request.Result != AppendOutcome.Appended)], timeout);
        }
    }

    private NpgsqlCommand CommandOf(NpgsqlConnection connection, IReadOnlyList<AppendRequest> group, int timeout)
    {
        AppendParts parts = group.Aggregate(AppendParts.None, static (all, request) => all | PartsOf(request.Append));
        NpgsqlCommand command = connection.NewCommand(database.Statements.Append.Of(parts), timeout);
        command.Add(ArrayOf(group, request => StoredText.Write(request.RunId)));
        command.Add(ArrayOf(group, request => request.Append.Lease.Token));
        command.Add(ArrayOf(group, request => request.Append.Sequence));
        command.Add(ArrayOf(group, request => request.Append.Events.Count));
        command.Add(ArrayOf(group, request => request.Lines));
        command.Add(ArrayOf(group, request => request.Append.Outcome?.ToString()));
        command.Add(ArrayOf(group, request => request.Append.Progress?.EndedSubtasks));
        command.Add(ArrayOf(group, request => request.Append.Progress?.Subtasks));
        command.Add(database.Clock.TimeOfDay);
        if (parts.HasFlag(AppendParts.Blobs))
        {
            AddParts(command, group, append => append.Blobs, blob => blob.Name, blob => blob.Content);
        }

        if (parts.HasFlag(AppendParts.Answers))
        {
            AddParts(command, group, append => append.Answers.DistinctBy(answer => answer.CommandId), answer => answer.CommandId, answer => answer.Content);
        }

        if (parts.HasFlag(AppendParts.TaskTypes))
        {
            AddParts(command, group, append => append.TaskTypes, StoredText.Write);
        }

        return command;
    }

    private void FindReasons(NpgsqlConnection connection, AppendRequest[] refused, int timeout)
    {
        using NpgsqlCommand command = connection.NewCommand(database.Statements.Latest, timeout);
        command.Add(ArrayOf(refused, request => StoredText.Write(request.RunId)));
        command.Add(ArrayOf(refused, request => request.Append.Lease.Token));
        using NpgsqlDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            refused[(int)reader.GetInt64(0) - 1].Result = AppendOutcome.WrongSequence;
        }
    }

    private static AppendParts PartsOf(JournalAppend append) =>
        (append.Blobs.Count > 0 ? AppendParts.Blobs : 0) | (append.Answers.Count > 0 ? AppendParts.Answers : 0) | (append.TaskTypes.Count > 0 ? AppendParts.TaskTypes : 0);

    /// <summary>Adds what some appends have, as arrays: the number of each one's append, and its values.</summary>
    private static void AddParts<TPart, TOne, TOther>(
        NpgsqlCommand command, IReadOnlyList<AppendRequest> group, Func<JournalAppend, IEnumerable<TPart>> partsOf, Func<TPart, TOne> one, Func<TPart, TOther> other)
    {
        AddParts(command, group, partsOf, one);
        command.Add(group.SelectMany(request => partsOf(request.Append)).Select(other).ToArray());
    }

    private static void AddParts<TPart, TOne>(NpgsqlCommand command, IReadOnlyList<AppendRequest> group, Func<JournalAppend, IEnumerable<TPart>> partsOf, Func<TPart, TOne> one)
    {
        command.Add(group.SelectMany((request, index) => partsOf(request.Append).Select(_ => index + 1L)).ToArray());
        command.Add(group.SelectMany(request => partsOf(request.Append)).Select(one).ToArray());
    }

    private static T[] ArrayOf<T>(IReadOnlyList<AppendRequest> group, Func<AppendRequest, T> select)
    {
        var array = new T[group.Count];
        for (int i = 0; i < array.Length; i++)
        {
            array[i] = select(group[i]);
        }

        return array;
    }
}
