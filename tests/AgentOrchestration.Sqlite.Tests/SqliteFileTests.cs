using System.Text;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Tests;

public sealed class SqliteFileTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public void Sqlite_is_new_enough_and_every_connection_writes_through()
    {
        using var folder = new TemporaryFolder();
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        using var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=False");
        connection.Open();

        Assert.True(Version.Parse(connection.ServerVersion) >= new Version(3, 51, 3), connection.ServerVersion);
        Assert.Equal("wal", Scalar(connection, "PRAGMA journal_mode"));
        using Storage.SqliteDatabase database = Storage.SqliteDatabase.Open(folder.Database);
        using SqliteConnection writer = database.Connect();
        Assert.Equal(2L, Scalar(writer, "PRAGMA synchronous"));
    }

    [Fact]
    public async Task What_was_appended_is_there_when_the_file_is_opened_again()
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await FillAsync(store, "run", 10);
        }

        using var again = new SqliteRunStore(folder.Database, TimeProvider.System);
        Assert.Equal(Events(10), await ReadAsync(again, "run"));
    }

    [Fact]
    public async Task A_file_of_a_newer_form_is_refused_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await FillAsync(store, "run", 1);
        }

        Execute(folder.Database, "PRAGMA user_version = 6");
        RunStoreException refusal = Assert.Throws<RunStoreException>(() => new SqliteRunStore(folder.Database, TimeProvider.System));
        Assert.Contains("has the form 6", refusal.Message, StringComparison.Ordinal);
        Execute(folder.Database, "PRAGMA user_version = 5");
        using var again = new SqliteRunStore(folder.Database, TimeProvider.System);
        Assert.Equal(Events(1), await ReadAsync(again, "run"));
    }

    [Fact]
    public void A_file_that_is_no_database_of_runs_is_refused()
    {
        using var folder = new TemporaryFolder();
        Execute(folder.Of("other.db"), "CREATE TABLE customers (id INTEGER)");
        File.WriteAllText(folder.Of("text.db"), new string('x', 5000));
        Directory.CreateDirectory(folder.Of("folder.db"));

        Assert.Contains("another application", Refusal(folder.Of("other.db")), StringComparison.Ordinal);
        Assert.Contains("not a SQLite database", Refusal(folder.Of("text.db")), StringComparison.Ordinal);
        Assert.Contains(folder.Of("folder.db"), Refusal(folder.Of("folder.db")), StringComparison.Ordinal);
        Assert.Contains("Its folder must exist", Refusal(folder.Of("missing/runs.db")), StringComparison.Ordinal);

        static string Refusal(string path) => Assert.Throws<RunStoreException>(() => new SqliteRunStore(path, TimeProvider.System)).Message;
    }

    [Fact]
    public async Task A_journal_that_was_changed_is_refused_by_the_place_and_other_runs_are_not()
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await FillAsync(store, "run", 5);
            await FillAsync(store, "other", 5);
        }

        Execute(folder.Database, "UPDATE journal SET events = CAST(replace(CAST(events AS TEXT), ':3', ':4') AS BLOB) WHERE run = 1 AND sequence = 3");
        using var again = new SqliteRunStore(folder.Database, TimeProvider.System);
        RunStoreException refusal = await Assert.ThrowsAsync<RunStoreException>(() => ReadAsync(again, "run"));
        Assert.Contains("the journal of the run 'run' is not what was written, from event 3 of 5", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(Events(5), await ReadAsync(again, "other"));
    }

    [Fact]
    public async Task A_damaged_run_can_be_deleted_and_then_nothing_is_damaged()
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await FillAsync(store, "run", 5);
            await FillAsync(store, "other", 5);
        }

        Execute(folder.Database, "UPDATE runs SET sequence = 4, owner = NULL WHERE run_id = 'run'");
        using var again = new SqliteRunStore(folder.Database, TimeProvider.System);
        await Assert.ThrowsAsync<RunStoreException>(async () => await again.FindAsync("run", TestContext.Current.CancellationToken));

        Assert.True(await again.DeleteAsync("run", TestContext.Current.CancellationToken));

        Assert.Null(await again.FindAsync("run", TestContext.Current.CancellationToken));
        Assert.Equal(["other"], await again.ListAsync(new RunQuery(), TestContext.Current.CancellationToken).Select(run => run.RunId).ToArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("UPDATE runs SET name = 'nightly' WHERE run_id = 'run'")]
    [InlineData("UPDATE runs SET tags = '{\"tenant\":\"acme\"}' WHERE run_id = 'run'")]
    [InlineData("UPDATE runs SET ended = 7 WHERE run_id = 'run'")]
    [InlineData("UPDATE tags SET run = 1")]
    public async Task Labels_and_progress_that_were_changed_are_refused(string damage)
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await FillAsync(store, "run", 1);
            NewRun tagged = new("tagged", DateTimeOffset.UnixEpoch, "{}"u8.ToArray()) { Name = "nightly", Tags = new Dictionary<string, string> { ["tenant"] = "acme" } };
            await store.CreateAsync(tagged, "owner", Lease, TestEnd);
        }

        Execute(folder.Database, damage);
        using var again = new SqliteRunStore(folder.Database, TimeProvider.System);
        RunStoreException refusal = await Assert.ThrowsAsync<RunStoreException>(async () =>
        {
            await again.ListAsync(new RunQuery(), TestEnd).ToArrayAsync(TestEnd);
            await again.ListAsync(new RunQuery { Tags = new Dictionary<string, string> { ["tenant"] = "acme" } }, TestEnd).ToArrayAsync(TestEnd);
        });
        Assert.Contains("the entry of the run 'run' is not what was written", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE FROM journal WHERE run = 1 AND sequence = 4", "ends after event 4 of 5")]
    [InlineData("DELETE FROM journal WHERE run = 1 AND sequence = 1", "from event 2 of 5")]
    [InlineData("DELETE FROM journal WHERE run = 1", "ends after event 0 of 5")]
    [InlineData("UPDATE runs SET sequence = 4", "the entry of the run 'run'")]
    [InlineData("UPDATE runs SET outcome = 'Succeeded'", "the entry of the run 'run'")]
    [InlineData("UPDATE runs SET outcome = 'Nonsense'", "the entry of the run 'run'")]
    [InlineData("UPDATE runs SET token = 0", "the entry of the run 'run'")]
    [InlineData("UPDATE headers SET content = CAST('{}' AS BLOB)", "the header of the run 'run'")]
    [InlineData("DELETE FROM headers", "the header of the run 'run'")]
    public async Task Whatever_is_missing_or_changed_is_said(string damage, string expected)
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await FillAsync(store, "run", 5);
        }

        Execute(folder.Database, damage);
        using var again = new SqliteRunStore(folder.Database, TimeProvider.System);
        RunStoreException refusal = await Assert.ThrowsAsync<RunStoreException>(() => ReadAsync(again, "run"));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("is damaged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_that_was_changed_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        RunLease lease = await CreateAsync(store, "run");
        byte[] content = [1, 2, 3];
        string name = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content));
        await store.AppendAsync(AppendOf(lease, 0, "{}") with { Blobs = [new JournalBlob(name, content)] }, TestEnd);
        Assert.Equal(content, (await store.ReadBlobAsync("run", name, TestEnd))!.Value.ToArray());

        Execute(folder.Database, "UPDATE blobs SET content = x'010204'");
        await Assert.ThrowsAsync<RunStoreException>(() => store.ReadBlobAsync("run", name, TestEnd).AsTask());
    }

    [Fact]
    public async Task A_damaged_run_in_a_group_is_refused_alone()
    {
        using var folder = new TemporaryFolder();
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        RunLease[] leases = [.. await Task.WhenAll(Enumerable.Range(0, 20).Select(number => CreateAsync(store, $"run-{number}")))];
        Execute(folder.Database, "UPDATE runs SET token = 7 WHERE run_id = 'run-3'");

        Task<AppendOutcome>[] appends = [.. leases.Select(lease => store.AppendAsync(AppendOf(lease, 0, "{}"), TestEnd).AsTask())];
        await Task.WhenAll(appends).ContinueWith(_ => { }, TestEnd, TaskContinuationOptions.None, TaskScheduler.Default);

        Assert.All(appends.Index(), append => Assert.Equal(append.Index == 3, append.Item.IsFaulted));
        Assert.IsType<RunStoreException>(appends[3].Exception!.InnerException);
    }

    [Fact]
    public async Task An_older_copy_beside_the_mark_of_a_newer_file_is_refused_with_the_number_of_commits()
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await FillAsync(store, "run", 3);
        }

        File.Copy(folder.Database, folder.Of("copy.db"));
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await FillAsync(store, "later", 2);
        }

        File.Copy(folder.Of("copy.db"), folder.Database, overwrite: true);
        RunStoreException refusal = Assert.Throws<RunStoreException>(() => new SqliteRunStore(folder.Database, TimeProvider.System));
        Assert.Contains("has lost 3 of ", refusal.Message, StringComparison.Ordinal);

        File.Delete(folder.Database + "-mark");
        using var accepted = new SqliteRunStore(folder.Database, TimeProvider.System);
        Assert.Equal(Events(3), await ReadAsync(accepted, "run"));
    }

    [Fact]
    public async Task A_file_that_was_removed_for_a_new_one_is_new()
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await FillAsync(store, "run", 3);
        }

        File.Delete(folder.Database);
        using var fresh = new SqliteRunStore(folder.Database, TimeProvider.System);
        Assert.Null(await fresh.FindAsync("run", TestEnd));
        await FillAsync(fresh, "run", 1);
    }

    [Fact]
    public async Task One_damaged_run_keeps_nobody_from_the_others()
    {
        using var folder = new TemporaryFolder();
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        foreach (string id in (string[])["a", "b", "c"])
        {
            RunLease lease = await CreateAsync(store, id);
            await store.AppendAsync(AppendOf(lease, 0, "{}") with { Outcome = RunOutcome.Succeeded }, TestEnd);
            await store.ReleaseLeaseAsync(lease, TestEnd);
        }

        Execute(folder.Database, "UPDATE runs SET token = 7 WHERE run_id = 'a'");
        List<string> listed = [];
        RunStoreException damage = await Assert.ThrowsAsync<RunStoreException>(async () =>
        {
            await foreach (StoredRun run in store.ListAsync(new RunQuery(), TestEnd))
            {
                listed.Add(run.RunId);
            }
        });
        Assert.Contains("the run 'a'", damage.Message, StringComparison.Ordinal);
        Assert.Equal(["b", "c"], listed);

        await Assert.ThrowsAsync<RunStoreException>(() => store.DeleteEndedAsync(DateTimeOffset.MaxValue, TestEnd));
        Assert.Null(await store.FindAsync("b", TestEnd));
        Assert.Null(await store.FindAsync("c", TestEnd));
    }

    [Fact]
    public async Task A_store_that_was_disposed_of_says_so()
    {
        using var folder = new TemporaryFolder();
        var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        store.Dispose();
        store.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => CreateAsync(store, "run"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.FindAsync("run", TestEnd).AsTask());
    }

    internal static async Task FillAsync(SqliteRunStore store, string runId, int events)
    {
        RunLease lease = await CreateAsync(store, runId);
        for (int i = 0; i < events; i++)
        {
            Assert.Equal(AppendOutcome.Appended, await store.AppendAsync(AppendOf(lease, i, $"{{\"n\":{i}}}"), TestEnd));
        }
    }

    internal static string[] Events(int count) => [.. Enumerable.Range(0, count).Select(number => $"{{\"n\":{number}}}")];

    internal static async Task<string[]> ReadAsync(IRunStore store, string runId)
    {
        List<string> events = [];
        await foreach (ReadOnlyMemory<byte> content in store.ReadAsync(runId, 0, TestEnd))
        {
            events.Add(Encoding.UTF8.GetString(content.Span));
        }

        return [.. events];
    }

    internal static async Task<RunLease> CreateAsync(SqliteRunStore store, string runId) =>
        (await store.CreateAsync(new NewRun(runId, DateTimeOffset.UnixEpoch, "{\"header\":1}"u8.ToArray()), "owner", Lease, TestEnd))!;

    internal static JournalAppend AppendOf(RunLease lease, long sequence, string content) =>
        new() { Lease = lease, Sequence = sequence, Events = [Encoding.UTF8.GetBytes(content)] };

    internal static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Text of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Text of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
