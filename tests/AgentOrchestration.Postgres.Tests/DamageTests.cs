using AgentOrchestration.Postgres.Tests.Server;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>What is missing or changed in the tables is refused by name, and nothing else is.</summary>
public sealed class DamageTests(SharedPostgres shared)
{
    private const string Blob = "039058C6F2C0CB492C533B0A4D14EF77CC0F78ABCCCED5287D84A1A2011CFB81";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData("DELETE FROM {0}.journal WHERE sequence = 2", "from event 2 of 6 on")]
    [InlineData("DELETE FROM {0}.journal WHERE sequence = 0", "from event 0 of 6 on")]
    [InlineData("DELETE FROM {0}.journal WHERE sequence = 4", "ends after event 4 of 6")]
    [InlineData("DELETE FROM {0}.journal", "ends after event 0 of 6")]
    [InlineData("UPDATE {0}.journal SET count = 1 WHERE sequence = 2", "from event 2 of 6 on")]
    [InlineData("UPDATE {0}.journal SET lines = '{{}}' WHERE sequence = 2", "from event 2 of 6 on")]
    [InlineData("UPDATE {0}.state SET sequence = 5", "behind the last of 5")]
    [InlineData("DELETE FROM {0}.state", "the state of the run 'run' is missing")]
    public async Task A_journal_that_is_not_whole_is_refused(string damage, string expected)
    {
        (PostgresRunStore store, string schema) = await FillAsync();
        await using (store)
        {
            await ExecuteAsync(damage, schema);
            RunStoreException refusal = await StoreActions.RefusalAsync(() => store.ReadAsync("run"));
            Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("'run'", refusal.Message, StringComparison.Ordinal);
            Assert.False(refusal.IsTransient);
        }
    }

    [Theory(Explicit = true)]
    [InlineData("UPDATE {0}.state SET outcome = 'Lost' WHERE run = 1")]
    [InlineData("UPDATE {0}.runs SET tags = ARRAY['odd'] WHERE key = 1")]
    [InlineData("UPDATE {0}.runs SET goal = chr(1) WHERE key = 1")]
    public async Task One_damaged_run_keeps_nobody_from_the_others_and_can_be_deleted(string damage)
    {
        (PostgresRunStore store, string schema) = await FillAsync();
        await using (store)
        {
            await store.CreateAsync("whole");
            await ExecuteAsync(damage, schema);
            Assert.Contains("'run'", (await StoreActions.RefusalAsync(() => store.FindAsync("run", TestEnd).AsTask())).Message, StringComparison.Ordinal);
            List<string> listed = [];
            RunStoreException refusal = await StoreActions.RefusalAsync(async () =>
            {
                await foreach (StoredRun run in store.ListAsync(new RunQuery(), TestEnd))
                {
                    listed.Add(run.RunId);
                }
            });
            Assert.Contains("the entry of the run 'run' is not what was written", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(["whole"], listed);

            await ExecuteAsync("UPDATE {0}.state SET owner = NULL", schema);
            Assert.True(await store.DeleteAsync("run", TestEnd));
            Assert.Equal(["whole"], (await store.ListAsync()).Select(run => run.RunId));
        }
    }

    [Fact(Explicit = true)]
    public async Task A_run_without_its_state_can_be_deleted_and_created_again()
    {
        (PostgresRunStore store, string schema) = await FillAsync();
        await using (store)
        {
            await ExecuteAsync("DELETE FROM {0}.state", schema);
            Assert.True(await store.DeleteAsync("run", TestEnd));
            Assert.Null(await store.FindAsync("run", TestEnd));
            Assert.Equal(AppendOutcome.Appended, await store.AppendAsync(await store.CreateAsync("run"), 0, "{}"));
            Assert.Equal(["{}"], await store.ReadAsync("run"));
        }
    }

    [Fact(Explicit = true)]
    public async Task A_blob_that_was_changed_is_refused()
    {
        (PostgresRunStore store, string schema) = await FillAsync();
        await using (store)
        {
            Assert.NotNull(await store.ReadBlobAsync("run", Blob, TestEnd));
            await ExecuteAsync("UPDATE {0}.blobs SET content = '{{}}'", schema);
            Assert.Contains($"the blob {Blob} of the run 'run'", (await StoreActions.RefusalAsync(() => store.ReadBlobAsync("run", Blob, TestEnd).AsTask())).Message, StringComparison.Ordinal);
        }
    }

    [Fact(Explicit = true)]
    public async Task A_run_that_is_deleted_while_it_is_read_is_reported_as_deleted()
    {
        await using PostgresRunStore store = await shared.OpenAsync(shared.NewSchema());
        RunLease lease = await store.CreateAsync("run");
        for (int place = 0; place < 40; place++)
        {
            await store.AppendAsync(lease, place, "{}");
        }

        await store.ReleaseLeaseAsync(lease, TestEnd);
        await using IAsyncEnumerator<ReadOnlyMemory<byte>> reading = store.ReadAsync("run", 0, TestEnd).GetAsyncEnumerator(TestEnd);
        Assert.True(await reading.MoveNextAsync());
        Assert.True(await store.DeleteAsync("run", TestEnd));
        RunStoreException refusal = await StoreActions.RefusalAsync(async () =>
        {
            while (await reading.MoveNextAsync())
            {
                // The first page is already here.
            }
        });
        Assert.Contains("was deleted while its journal was read", refusal.Message, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task Texts_that_the_server_cannot_store_are_read_back_as_they_were()
    {
        await using PostgresRunStore store = await shared.OpenAsync(shared.NewSchema());
        const string Odd = "\0a\u0001b\u0001\u0002\0\0";
        var run = new NewRun(Odd, DateTimeOffset.UnixEpoch.AddTicks(1), "{}"u8.ToArray())
        {
            Name = Odd,
            Goal = Odd,
            Tags = new Dictionary<string, string> { [Odd] = Odd, ["\u0001"] = "\0" },
            TaskTypes = [Odd],
        };
        RunLease lease = (await store.CreateAsync(run, Odd, StoreActions.Lease, TestEnd))!;

        StoredRun found = (await store.FindAsync(Odd, TestEnd))!;
        Assert.Equal((Odd, Odd, Odd, lease), (found.RunId, found.Name, found.Goal, found.Lease));
        Assert.Equal(run.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal), found.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal));
        Assert.Equal(run.TaskTypes, found.TaskTypes);
        Assert.Equal(run.CreatedAt, found.CreatedAt);
        Assert.Equal(found, Assert.Single(await store.ListAsync(new RunQuery { Name = Odd, Tags = run.Tags })));
        await store.CreateAsync(run with { RunId = "half", Goal = "half \uD800" }, "owner", StoreActions.Lease, TestEnd);
        Assert.Equal("half \uFFFD", (await store.FindAsync("half", TestEnd))!.Goal);
    }

    private async Task<(PostgresRunStore Store, string Schema)> FillAsync()
    {
        string schema = shared.NewSchema();
        PostgresRunStore store = await shared.OpenAsync(schema);
        RunLease lease = await store.CreateAsync("run");
        for (int place = 0; place < 6; place += 2)
        {
            await store.AppendAsync(StoreActions.AppendOf(lease, place, "{\"n\":1}", "{\"n\":2}") with { Blobs = [new JournalBlob(Blob, new byte[] { 1, 2, 3 })] }, TestEnd);
        }

        return (store, schema);
    }

    private async Task ExecuteAsync(string sql, string schema) =>
        await (await shared.ServerAsync()).ExecuteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, schema));
}
