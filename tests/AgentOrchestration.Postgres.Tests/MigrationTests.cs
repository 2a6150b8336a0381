using AgentOrchestration.Postgres.Tests.Server;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.PostgreSql;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>The tables: who creates them, and which are refused.</summary>
public sealed class MigrationTests(SharedPostgres shared)
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Of_many_that_start_at_once_one_creates_the_tables()
    {
        string schema = shared.NewSchema();
        PostgresRunStore[] stores = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shared.OpenAsync(schema)));

        await Task.WhenAll(stores.Select((store, number) => Task.Run(() => store.CreateAsync($"run-{number}"), TestEnd)));

        Assert.Equal(8, (await stores[0].ListAsync()).Length);
        await Task.WhenAll(stores.Select(store => store.DisposeAsync().AsTask()));
    }

    [Fact(Explicit = true)]
    public async Task Tables_of_a_newer_version_are_refused_and_left_as_they_are()
    {
        string schema = shared.NewSchema();
        PostgresServer server = await shared.ServerAsync();
        await using (PostgresRunStore store = await shared.OpenAsync(schema))
        {
            await store.CreateAsync("run");
        }

        await server.ExecuteAsync($"UPDATE {schema}.store SET version = 99");
        await using (PostgresRunStore older = await shared.OpenAsync(schema))
        {
            RunStoreException refusal = await StoreActions.RefusalAsync(() => older.FindAsync("run", TestEnd).AsTask());
            Assert.Contains($"The tables of the schema '{schema}'", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("have the version 99", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("Use the version of the library that wrote them, or a later one.", refusal.Message, StringComparison.Ordinal);
        }

        await server.ExecuteAsync($"UPDATE {schema}.store SET version = 1");
        await using PostgresRunStore again = await shared.OpenAsync(schema);
        Assert.NotNull(await again.FindAsync("run", TestEnd));
    }

    [Fact(Explicit = true)]
    public async Task An_administrator_runs_the_script_and_the_application_needs_no_more_than_its_tables()
    {
        PostgresServer server = await shared.ServerAsync();
        string schema = shared.NewSchema();
        var options = new PostgresRunStoreOptions { Schema = schema, Migrate = false };
        await using (var early = new PostgresRunStore(server.ConnectionString(user: "guest"), options))
        {
            RunStoreException refusal = await StoreActions.RefusalAsync(() => early.FindAsync("run", TestEnd).AsTask());
            Assert.Contains($"The schema '{schema}' of 127.0.0.1:{server.Port}/postgres has no tables of runs, and Migrate is false. Run the scripts in the folder sql", refusal.Message, StringComparison.Ordinal);
        }

        await server.ExecuteAsync($"CREATE SCHEMA {schema}");
        using var script = new ScriptFile();
        await ServerPrograms.RunAsync(
            Path.GetTempPath(), "psql", "-q", "-h", "127.0.0.1", "-p", $"{server.Port}", "-U", "postgres", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-v", $"schema={schema}",
            "-f", script.Path);
        await server.ExecuteAsync($"GRANT USAGE ON SCHEMA {schema} TO guest; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO guest");

        await using var store = new PostgresRunStore(server.ConnectionString(user: "guest"), options);
        RunLease lease = await store.CreateAsync("run");
        Assert.Equal(AppendOutcome.Appended, await store.AppendAsync(StoreActions.AppendOf(lease, 0, "{}") with { TaskTypes = ["a@1"] }, TestEnd));
        Assert.True(await store.Inbox.SendAsync(new RunCommand("run", Guid.NewGuid(), DateTimeOffset.UnixEpoch, "{}"u8.ToArray()), TestEnd));
        Assert.NotNull(await store.RenewLeaseAsync(lease, StoreActions.Lease, TestEnd));
        await store.ReleaseLeaseAsync(lease, TestEnd);
        Assert.Single(await store.ClaimAsync(new RunClaim { Owner = "claimer", Duration = StoreActions.Lease, Max = 1 }, TestEnd));
        await ((IRunStore)store).ReleaseLeaseAsync((await store.FindAsync("run", TestEnd))!.Lease!, TestEnd);
        Assert.True(await store.DeleteAsync("run", TestEnd));
    }

    [Fact(Explicit = true)]
    public async Task A_schema_with_a_table_of_another_application_is_refused_and_left_as_it_is()
    {
        PostgresServer server = await shared.ServerAsync();
        string schema = shared.NewSchema();
        await server.ExecuteAsync($"CREATE SCHEMA {schema}; CREATE TABLE {schema}.runs (distance int)");
        await using PostgresRunStore store = await shared.OpenAsync(schema);

        RunStoreException refusal = await StoreActions.RefusalAsync(() => store.FindAsync("run", TestEnd).AsTask());

        Assert.Contains($"the schema '{schema}' has a table of another application. Use a schema of its own for runs.", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1L, await server.ExecuteAsync($"SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}'"));
    }

    [Fact(Explicit = true)]
    public async Task Tables_that_are_removed_while_they_are_used_are_missed_by_name()
    {
        string schema = shared.NewSchema();
        await using PostgresRunStore store = await shared.OpenAsync(schema);
        RunLease lease = await store.CreateAsync("run");
        await (await shared.ServerAsync()).ExecuteAsync($"DROP SCHEMA {schema} CASCADE");
        foreach (Func<Task> use in (Func<Task>[])[() => store.AppendAsync(lease, 0, "{}"), () => store.ReadAsync("run"), () => store.RenewLeaseAsync(lease, StoreActions.Lease, TestEnd).AsTask()])
        {
            RunStoreException refusal = await StoreActions.RefusalAsync(use);
            Assert.Contains($"the tables of runs in the schema '{schema}' were removed or changed", refusal.Message, StringComparison.Ordinal);
            Assert.False(refusal.IsTransient);
        }
    }

    [Fact(Explicit = true)]
    public async Task Stores_with_different_schemas_know_nothing_of_each_other()
    {
        await using PostgresRunStore one = await shared.OpenAsync(shared.NewSchema());
        await using PostgresRunStore other = await shared.OpenAsync(shared.NewSchema());
        RunLease lease = await one.CreateAsync("run");
        Assert.Null(await other.FindAsync("run", TestEnd));
        Assert.Equal(AppendOutcome.NotOwner, await other.AppendAsync(lease, 0, "{}"));
    }

    /// <summary>The script as it is in the package, where psql can read it.</summary>
    private sealed class ScriptFile : IDisposable
    {
        private readonly string _folder = ServerPrograms.NewFolder();

        public ScriptFile()
        {
            using FileStream file = File.Create(Path);
            typeof(PostgresRunStore).Assembly.GetManifestResourceStream("001.sql")!.CopyTo(file);
        }

        public string Path => System.IO.Path.Combine(_folder, "001.sql");

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
