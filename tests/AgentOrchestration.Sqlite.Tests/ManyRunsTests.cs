using System.Security.Cryptography;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Sqlite.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>What a file costs as it grows, counted.</summary>
public sealed class ManyRunsTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Opening_a_file_reads_none_of_its_runs()
    {
        const int PageSize = 4096;
        const int PagesOfAnEmptyFile = 32;
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.Database, 1_000);
        byte[] content = File.ReadAllBytes(folder.Database);
        Assert.True(content.Length > 100 * PageSize);
        Array.Fill(content, (byte)0xA5, PagesOfAnEmptyFile * PageSize, content.Length - (PagesOfAnEmptyFile * PageSize));
        File.WriteAllBytes(folder.Database, content);

        using var again = new SqliteRunStore(folder.Database, TimeProvider.System);

        await Assert.ThrowsAsync<RunStoreException>(async () => await again.ListAsync(new RunQuery(), TestEnd).ToArrayAsync(TestEnd));
    }

    [Fact]
    public async Task A_run_that_damage_hides_is_missed_by_whoever_asks_for_it_or_makes_another_of_its_id()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.Database, 20);
        SqliteFileTests.Execute(folder.Database, "DELETE FROM directory WHERE run_id = 'run-7'");
        using var again = new SqliteRunStore(folder.Database, TimeProvider.System);

        await Assert.ThrowsAsync<RunStoreException>(() => again.FindAsync("run-7", TestEnd).AsTask());
        await Assert.ThrowsAsync<RunStoreException>(() => SqliteFileTests.ReadAsync(again, "run-7"));
        await Assert.ThrowsAsync<RunStoreException>(() => SqliteFileTests.CreateAsync(again, "run-7"));
        await Assert.ThrowsAsync<RunStoreException>(() => again.DeleteAsync("run-7", TestEnd).AsTask());
        Assert.NotNull(await again.FindAsync("run-6", TestEnd));
        Assert.Null(await again.FindAsync("run-55", TestEnd));
    }

    [Fact]
    public async Task An_interrupted_run_that_damage_hides_from_the_list_is_missed_after_the_others()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.Database, 20);
        SqliteFileTests.Execute(folder.Database, "UPDATE runs SET outcome = 'Succeeded' WHERE run_id = 'run-7'");
        using var again = new SqliteRunStore(folder.Database, TimeProvider.System);
        int listed = 0;

        RunStoreException damage = await Assert.ThrowsAsync<RunStoreException>(async () =>
        {
            await foreach (StoredRun _ in again.ListAsync(new RunQuery { IsEnded = false }, TestEnd))
            {
                listed++;
            }
        });

        Assert.Contains("of 20 runs that have not ended 19 can be found", damage.Message, StringComparison.Ordinal);
        Assert.Equal(19, listed);
    }

    [Fact]
    public async Task What_is_created_ended_and_deleted_in_any_order_is_found_listed_and_counted()
    {
        var random = new Random(7);
        using var folder = new TemporaryFolder();
        var runs = new Dictionary<string, bool>(StringComparer.Ordinal);
        for (int round = 0; round < 4; round++)
        {
            using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
            for (int step = 0; step < 60; step++)
            {
                string id = $"{(char)('a' + random.Next(26))}{random.Next(3)}";
                if (runs.ContainsKey(id))
                {
                    Assert.True(await store.DeleteAsync(id, TestEnd));
                    runs.Remove(id);
                    continue;
                }

                runs[id] = random.Next(2) == 0;
                RunLease lease = await SqliteFileTests.CreateAsync(store, id);
                await store.AppendAsync(SqliteFileTests.AppendOf(lease, 0, "{}") with { Outcome = runs[id] ? RunOutcome.Failed : null }, TestEnd);
                await store.ReleaseLeaseAsync(lease, TestEnd);
            }

            Assert.Equal(runs.Keys.Order(StringComparer.Ordinal), await ListAsync(store, new RunQuery()));
            Assert.Equal(runs.Where(run => !run.Value).Select(run => run.Key).Order(StringComparer.Ordinal), await ListAsync(store, new RunQuery { IsEnded = false }));
            for (char letter = 'a'; letter <= 'z'; letter++)
            {
                Assert.Equal(runs.ContainsKey($"{letter}1"), await store.FindAsync($"{letter}1", TestEnd) is not null);
            }
        }
    }

    [Fact]
    public void Every_list_comes_from_an_index_and_pages_of_it_in_their_order()
    {
        using var folder = new TemporaryFolder();
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        using var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=False");
        connection.Open();
        foreach (RunQuery query in Queries())
        {
            string plan = PlanOf(connection, RunListing.SqlOf(query, isContinued: RunListing.IsOrdered(query)));
            Assert.True(plan.Contains(" USING INDEX ", StringComparison.Ordinal), $"{query}: {plan}");
            Assert.True(!RunListing.IsOrdered(query) || !plan.Contains("TEMP B-TREE", StringComparison.Ordinal), $"{query}: {plan}");
        }

        Assert.StartsWith("SEARCH runs USING INDEX runs_by_outcome (outcome=?", PlanOf(connection, RunListing.SqlOf(new RunQuery { Outcome = RunOutcome.Failed }, false)), StringComparison.Ordinal);
        Assert.StartsWith("SEARCH runs USING INDEX runs_by_outcome (outcome=?", PlanOf(connection, RunListing.SqlOf(new RunQuery { IsEnded = false, IsLeased = false }, false)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_are_the_same_over_pages_as_they_would_be_at_once()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.Database, 600);
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        string[] expected = [.. Enumerable.Range(0, 600).Select(number => $"run-{number}").Order(StringComparer.Ordinal)];

        Assert.Equal(expected, await ListAsync(store, new RunQuery()));
        Assert.Equal(expected.Take(300), await ListAsync(store, new RunQuery { Max = 300 }));
        Assert.Equal(expected, await ListAsync(store, new RunQuery { IsEnded = false, UpdatedBefore = DateTimeOffset.MaxValue }));
    }

    [Fact]
    public async Task The_first_run_of_a_list_and_the_first_and_last_events_of_a_journal_cost_a_page()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.Of("few.db"), 300);
        await WriteAsync(folder.Of("many.db"), 3_000);
        using var few = new SqliteRunStore(folder.Of("few.db"), TimeProvider.System);
        using var many = new SqliteRunStore(folder.Of("many.db"), TimeProvider.System);
        await AppendAsync(few, 300);
        await AppendAsync(many, 6_000);

        await AssertSameAsync(store => store.ListAsync(new RunQuery(), TestEnd));
        await AssertSameAsync(store => store.ListAsync(new RunQuery { IsEnded = false }, TestEnd));
        await AssertSameAsync(store => store.ReadAsync("long", 0, TestEnd));
        await AssertSameAsync(store => store.ReadAsync("long", store == few ? 290 : 5_990, TestEnd));

        async Task AssertSameAsync<T>(Func<SqliteRunStore, IAsyncEnumerable<T>> read)
        {
            await CostOfFirstAsync(read(few));
            await CostOfFirstAsync(read(many));
            long less = await CostOfFirstAsync(read(few));
            long more = await CostOfFirstAsync(read(many));
            Assert.True(more < 1.5 * less, $"{more} bytes with 10 to 20 times as much, {less} before.");
        }

        static async Task<long> CostOfFirstAsync<T>(IAsyncEnumerable<T> items)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            await foreach (T _ in items)
            {
                break;
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        static async Task AppendAsync(SqliteRunStore store, int events)
        {
            byte[] header = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new string('x', 100 * events));
            RunLease? lease = await store.CreateAsync(new NewRun("long", DateTimeOffset.UnixEpoch, header), "test", TimeSpan.FromHours(1), TestEnd);
            for (int i = 0; i < events; i += 10)
            {
                await store.AppendAsync(new JournalAppend { Lease = lease!, Sequence = i, Events = [.. Enumerable.Repeat((ReadOnlyMemory<byte>)"{\"n\":1}"u8.ToArray(), 10)] }, TestEnd);
            }
        }
    }

    [Fact]
    public async Task Runs_that_have_ended_are_deleted_many_in_a_commit()
    {
        const int Runs = 512;
        using var folder = new TemporaryFolder();
        await WriteAsync(folder.Database, Runs, RunOutcome.Succeeded);
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        long before = Commits(folder.Database);

        Assert.Equal(Runs, await store.DeleteEndedAsync(DateTimeOffset.MaxValue, TestEnd));

        Assert.InRange(Commits(folder.Database) - before, 1, Runs / 8);
    }

    [Fact]
    public async Task A_large_blob_is_written_without_copies_and_the_log_shrinks_afterwards()
    {
        using var folder = new TemporaryFolder();
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        byte[] content = RandomNumberGenerator.GetBytes(24 * 1024 * 1024);
        var blob = new JournalBlob(Convert.ToHexString(SHA256.HashData(content)), content);
        using (SqliteDatabase database = SqliteDatabase.Open(folder.Of("other.db")))
        using (var session = new SqliteSession(database, database.Connect()))
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            session.Blobs.Add(1, blob);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, content.Length / 16);
        }

        RunLease lease = await SqliteFileTests.CreateAsync(store, "run");
        await store.AppendAsync(SqliteFileTests.AppendOf(lease, 0, "{}") with { Blobs = [blob] }, TestEnd);
        Assert.True((await store.ReadBlobAsync("run", blob.Name, TestEnd))!.Value.Span.SequenceEqual(content));
        for (int i = 1; i <= 3; i++)
        {
            await store.AppendAsync(SqliteFileTests.AppendOf(lease, i, "{}"), TestEnd);
        }

        Assert.InRange(new FileInfo(folder.Database + "-wal").Length, 0, 8 * 1024 * 1024);
    }

    private static async Task<string[]> ListAsync(SqliteRunStore store, RunQuery query) =>
        await store.ListAsync(query, TestEnd).Select(run => run.RunId).ToArrayAsync(TestEnd);

    private static async Task WriteAsync(string path, int runs, RunOutcome? outcome = null)
    {
        using var store = new SqliteRunStore(path, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, runs).Select(async number =>
        {
            RunLease lease = await SqliteFileTests.CreateAsync(store, $"run-{number}");
            await store.AppendAsync(SqliteFileTests.AppendOf(lease, 0, "{\"n\":0}") with { Outcome = outcome }, TestEnd);
            await store.ReleaseLeaseAsync(lease, TestEnd);
        }));
    }

    private static long Commits(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var statements = new SqliteStatements(connection);
        return (long)statements.Scalar("SELECT commits FROM store")!;
    }

    private static IEnumerable<RunQuery> Queries() =>
        from ended in (bool?[])[null, true, false]
        from outcome in (RunOutcome?[])[null, RunOutcome.Failed]
        from leased in (bool?[])[null, true, false]
        from time in (DateTimeOffset?[])[null, DateTimeOffset.UnixEpoch]
        from updated in (DateTimeOffset?[])[null, DateTimeOffset.UnixEpoch]
        select new RunQuery { IsEnded = ended, Outcome = outcome, IsLeased = leased, CreatedFrom = time, CreatedBefore = time, UpdatedBefore = updated };

    private static string PlanOf(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Text of the store.
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
#pragma warning restore CA2100
        foreach (string name in (string[])["$now", "$max", "$outcome", "$from", "$before", "$updated", "$lastCreated", "$lastRun"])
        {
            command.Parameters.AddWithValue(name, 1);
        }

        using SqliteDataReader reader = command.ExecuteReader();
        List<string> steps = [];
        while (reader.Read())
        {
            steps.Add(reader.GetString(3));
        }

        return string.Join("; ", steps);
    }
}
