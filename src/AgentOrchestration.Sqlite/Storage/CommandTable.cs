using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The commands to runs, and the answers to them. Both have a seal: who cannot write a journal cannot forge an approval here either.</summary>
/// <param name="statements">The statements of the connection.</param>
/// <param name="chain">Vouches for commands and answers.</param>
/// <param name="runs">The entries of runs.</param>
/// <param name="faults">Describes damage.</param>
internal sealed class CommandTable(SqliteStatements statements, HashChain chain, RunTable runs, FileFaults faults)
{
    /// <returns>Whether there is a run.</returns>
    public bool Send(RunCommand command)
    {
        if (runs.Find(command.RunId) is not { } row)
        {
            return false;
        }

        byte[] content = command.Content.ToArray();
        statements.Execute(
            "INSERT OR IGNORE INTO commands (run, id, sent, content, seal) VALUES ($run, $id, $sent, $content, $seal)",
            ("$run", row.Key), ("$id", IdOf(command.Id)), ("$sent", command.SentAt.UtcTicks), ("$content", content),
            ("$seal", chain.SealCommand(command.RunId, command.Id, command.SentAt.UtcTicks, content)));
        return true;
    }

    /// <summary>Adds the commands to a run that are not answered, in the order in which they were sent.</summary>
    public void Read(string runId, int max, List<RunCommand> commands)
    {
        if (runs.Find(runId) is not { } row)
        {
            return;
        }

        using SqliteDataReader reader = statements.Of(
            "SELECT id, sent, content, seal FROM commands INDEXED BY commands_open WHERE run = $run AND answer IS NULL ORDER BY place LIMIT $max",
            ("$run", row.Key), ("$max", max)).ExecuteReader();
        while (reader.Read())
        {
            var id = Guid.ParseExact(reader.GetString(0), "N");
            byte[] content = (byte[])reader.GetValue(2);
            commands.Add(chain.SealCommand(runId, id, reader.GetInt64(1), content).AsSpan().SequenceEqual((byte[])reader.GetValue(3))
                ? new RunCommand(runId, id, new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero), content)
                : throw Changed("command", id, runId));
        }
    }

    /// <summary>The runs that have commands which are not answered: most runs have none, and are not looked at one by one.</summary>
    public HashSet<string> FindAddressed()
    {
        HashSet<string> addressed = new(StringComparer.Ordinal);
        using SqliteDataReader reader = statements.Of(
            "SELECT DISTINCT runs.run_id FROM commands INDEXED BY commands_open CROSS JOIN runs ON runs.key = commands.run WHERE commands.answer IS NULL").ExecuteReader();
        while (reader.Read())
        {
            addressed.Add(reader.GetString(0));
        }

        return addressed;
    }

    public void Answer(RunRow row, CommandAnswer answer)
    {
        byte[] content = answer.Content.ToArray();
        statements.Execute(
            "UPDATE commands SET answer = $answer, answer_seal = $seal WHERE run = $run AND id = $id AND answer IS NULL",
            ("$run", row.Key), ("$id", IdOf(answer.CommandId)), ("$answer", content), ("$seal", chain.SealAnswer(row.RunId, answer.CommandId, content)));
    }

    public CommandAnswer? FindAnswer(string runId, Guid id)
    {
        if (runs.Find(runId) is not { } row)
        {
            return null;
        }

        using SqliteDataReader reader = statements.Of(
            "SELECT answer, answer_seal FROM commands WHERE run = $run AND id = $id AND answer IS NOT NULL", ("$run", row.Key), ("$id", IdOf(id))).ExecuteReader();
        if (!reader.Read())
        {
            return null;
        }

        byte[] content = (byte[])reader.GetValue(0);
        return chain.SealAnswer(runId, id, content).AsSpan().SequenceEqual(reader.GetValue(1) as byte[])
            ? new CommandAnswer(id, content)
            : throw Changed("answer to the command", id, runId);
    }

    public void Delete(long run) => statements.Execute("DELETE FROM commands WHERE run = $key", ("$key", run));

    private static string IdOf(Guid id) => id.ToString("N");

    private RunStoreException Changed(string what, Guid id, string runId) => faults.Damaged($"the {what} {IdOf(id)} of the run '{runId}' is not what was written.");
}
