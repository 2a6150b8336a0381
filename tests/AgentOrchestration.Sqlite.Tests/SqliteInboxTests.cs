using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>Commands in a file are what was sent, or are refused.</summary>
public sealed class SqliteInboxTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("UPDATE commands SET content = CAST('approve everything' AS BLOB)")]
    [InlineData("UPDATE commands SET run = (SELECT key FROM runs WHERE run_id = 'other')")]
    [InlineData("INSERT INTO commands (run, id, sent, content, seal) SELECT key, '00000000000000000000000000000002', 0, CAST('forged' AS BLOB), x'00' FROM runs")]
    public async Task A_command_that_nobody_has_sent_is_refused_by_name(string sql)
    {
        using var folder = new TemporaryFolder();
        using (SqliteRunStore store = Open(folder))
        {
            await CreateAsync(store, "run");
            await CreateAsync(store, "other");
            await store.SendAsync(new RunCommand("run", Guid.CreateVersion7(), DateTimeOffset.UnixEpoch, "cancel"u8.ToArray()), TestEnd);
            Assert.Single(await store.ReadCommandsAsync(["run", "other"], 10, TestEnd));
        }

        Execute(folder.Database, sql);

        using SqliteRunStore again = Open(folder);
        RunStoreException refusal = await Assert.ThrowsAsync<RunStoreException>(async () => await again.ReadCommandsAsync(["run", "other"], 10, TestEnd));
        Assert.Contains("command", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("not what was written", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_was_changed_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var id = Guid.CreateVersion7();
        using (SqliteRunStore store = Open(folder))
        {
            RunLease lease = await CreateAsync(store, "run");
            await store.SendAsync(new RunCommand("run", id, DateTimeOffset.UnixEpoch, "cancel"u8.ToArray()), TestEnd);
            await store.AppendAsync(new JournalAppend { Lease = lease, Sequence = 0, Events = [], Answers = [new CommandAnswer(id, "no"u8.ToArray())] }, TestEnd);
        }

        Execute(folder.Database, "UPDATE commands SET answer = CAST('yes' AS BLOB)");

        using SqliteRunStore again = Open(folder);
        Assert.Contains("answer", (await Assert.ThrowsAsync<RunStoreException>(async () => await again.FindAnswerAsync("run", id, TestEnd))).Message, StringComparison.Ordinal);
    }

    private static SqliteRunStore Open(TemporaryFolder folder) => new(folder.Database, TimeProvider.System, Key);

    private static async Task<RunLease> CreateAsync(SqliteRunStore store, string runId) =>
        (await store.CreateAsync(new NewRun(runId, DateTimeOffset.UnixEpoch, "{}"u8.ToArray()), "owner", TimeSpan.FromMinutes(1), TestEnd))!;

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Text of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
