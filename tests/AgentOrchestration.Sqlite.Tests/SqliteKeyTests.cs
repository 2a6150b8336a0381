using System.Security.Cryptography;
using System.Text;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Sqlite.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>A file with a key: what anybody has changed who does not have the key is refused.</summary>
public sealed class SqliteKeyTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_written_with_a_key_is_read_with_it()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.Database, Key);

        using var again = new SqliteRunStore(folder.Database, TimeProvider.System, Key);
        Assert.Equal(SqliteFileTests.Events(3), await SqliteFileTests.ReadAsync(again, "run"));
    }

    [Fact]
    public async Task A_missing_and_a_wrong_key_are_refused_by_name_and_harm_nothing()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.Database, Key);

        Assert.Contains(
            "has a key, and none was given",
            Assert.Throws<RunStoreException>(() => new SqliteRunStore(folder.Database, TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "The key is not that of the file",
            Assert.Throws<RunStoreException>(() => new SqliteRunStore(folder.Database, TimeProvider.System, RandomNumberGenerator.GetBytes(32))).Message, StringComparison.Ordinal);
        using var again = new SqliteRunStore(folder.Database, TimeProvider.System, Key);
        Assert.Equal(SqliteFileTests.Events(3), await SqliteFileTests.ReadAsync(again, "run"));
    }

    [Fact]
    public async Task A_file_without_a_key_or_whose_key_was_removed_is_not_opened_with_one()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.Of("without.db"), []);
        await WriteAsync(folder.Database, Key);
        SqliteFileTests.Execute(folder.Database, "UPDATE store SET key_check = NULL");

        Assert.All([folder.Of("without.db"), folder.Database], path => Assert.Contains(
            "was created without a key, or its key was removed",
            Assert.Throws<RunStoreException>(() => new SqliteRunStore(path, TimeProvider.System, Key)).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_too_short_for_a_key_such_as_a_missing_setting_is_refused_before_a_file_is_made()
    {
        using var folder = new TemporaryFolder();
        byte[]? missing = null;
        var builder = new ServiceCollection().AddAgentOrchestration();

        Assert.Contains("at least 16 bytes; this one has 0", Assert.Throws<ArgumentException>(() => builder.UseSqlite(folder.Database, key: missing)).Message, StringComparison.Ordinal);
        Assert.Contains("this one has 15", Assert.Throws<ArgumentException>(() => new SqliteRunStore(folder.Database, TimeProvider.System, new byte[15])).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Database));
    }

    [Fact]
    public async Task Runs_of_an_application_with_a_key_are_in_a_file_with_it()
    {
        using var folder = new TemporaryFolder();
        await using (ServiceProvider process = new ServiceCollection().AddAgentOrchestration().UseSqlite(folder.Database, key: Key).Services.BuildServiceProvider())
        {
            Assert.Null(await process.GetRequiredService<IRunStore>().FindAsync("run", TestEnd));
        }

        Assert.Throws<RunStoreException>(() => new SqliteRunStore(folder.Database, TimeProvider.System));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_is_written_anew_with_all_its_hashes_is_refused_if_the_file_has_a_key_and_only_then(bool hasKey)
    {
        using var folder = new TemporaryFolder();
        byte[] key = hasKey ? Key : [];
        await WriteAsync(folder.Database, key);
        Forge(folder.Database, "run", header: "{\"header\":2}", "{\"n\":7}", "{\"n\":8}");

        using SqliteRunStore again = Open(folder.Database, key);
        if (hasKey)
        {
            RunStoreException refusal = await Assert.ThrowsAsync<RunStoreException>(() => again.ReadHeaderAsync("run", TestEnd).AsTask());
            Assert.Contains("the entry of the run 'run' is not what was written", refusal.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<RunStoreException>(() => SqliteFileTests.ReadAsync(again, "run"));
            await Assert.ThrowsAsync<RunStoreException>(() => again.AcquireLeaseAsync("run", "owner", TimeSpan.FromMinutes(1), TestEnd).AsTask());
        }
        else
        {
            // What the documentation says: without a key the hashes find damage, not whoever computes them anew.
            Assert.Equal("{\"header\":2}", Encoding.UTF8.GetString((await again.ReadHeaderAsync("run", TestEnd))!.Value.Span));
            Assert.Equal(["{\"n\":7}", "{\"n\":8}"], await SqliteFileTests.ReadAsync(again, "run"));
        }
    }

    [Fact]
    public async Task A_run_of_another_file_with_the_same_key_is_refused()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.Of("one.db"), Key);
        await WriteAsync(folder.Of("two.db"), Key);
        SqliteFileTests.Execute(folder.Of("two.db"), $"""
            ATTACH '{folder.Of("one.db")}' AS one;
            DELETE FROM runs; INSERT INTO runs SELECT * FROM one.runs;
            DELETE FROM headers; INSERT INTO headers SELECT * FROM one.headers;
            """);

        using SqliteRunStore again = Open(folder.Of("two.db"), Key);
        await Assert.ThrowsAsync<RunStoreException>(() => again.FindAsync("run", TestEnd).AsTask());
    }

    [Fact]
    public async Task A_run_that_was_taken_out_of_a_file_with_a_key_is_missed()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.Database, Key);
        SqliteFileTests.Execute(folder.Database, "DELETE FROM journal; DELETE FROM headers; DELETE FROM runs; DELETE FROM directory WHERE run_id = 'run'; UPDATE store SET open = 0");

        using SqliteRunStore again = Open(folder.Database, Key);
        RunStoreException refusal = await Assert.ThrowsAsync<RunStoreException>(() => again.FindAsync("run", TestEnd).AsTask());
        Assert.Contains("its directory is not what was written where the run 'run' would be", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task WriteAsync(string path, byte[] key)
    {
        using SqliteRunStore store = Open(path, key);
        await SqliteFileTests.FillAsync(store, "run", 3);
    }

    private static SqliteRunStore Open(string path, byte[] key) =>
        key.Length == 0 ? new SqliteRunStore(path, TimeProvider.System) : new SqliteRunStore(path, TimeProvider.System, key);

    /// <summary>Does what somebody can who writes the file, and knows this library but no key.</summary>
    private static void Forge(string path, string runId, string header, params string[] events)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var statements = new SqliteStatements(connection);
        using var chain = new HashChain(HashChain.SecretOf((byte[])statements.Scalar("SELECT identity FROM store")!, []));
        byte[] content = Encoding.UTF8.GetBytes(header);
        byte[] origin = chain.Origin(runId, DateTimeOffset.UnixEpoch.UtcTicks, content);
        var row = new RunRow { Key = 1, RunId = runId, Created = DateTimeOffset.UnixEpoch.UtcTicks, Updated = DateTimeOffset.UnixEpoch.UtcTicks, Sequence = events.Length, Origin = origin, Head = origin, Token = 9 };
        statements.Execute("DELETE FROM journal");
        foreach ((int index, string text) in events.Index())
        {
            byte[] line = Encoding.UTF8.GetBytes(text);
            row = row with { Head = chain.Next(row.Head, index, 1, line) };
            statements.Execute("INSERT INTO journal (place, count, events, head) VALUES ($place, 1, $events, $head)", ("$place", JournalPlace.Of(1, index)), ("$events", line), ("$head", row.Head));
        }

        statements.Execute("UPDATE headers SET content = $content", ("$content", content));
        statements.Execute(
            "UPDATE runs SET updated = $updated, sequence = $sequence, origin = $origin, head = $head, token = 9, owner = NULL, granted = 0, expires = 0, seal = $seal",
            ("$updated", row.Updated), ("$sequence", row.Sequence), ("$origin", row.Origin), ("$head", row.Head), ("$seal", chain.Seal(row)));
    }
}
