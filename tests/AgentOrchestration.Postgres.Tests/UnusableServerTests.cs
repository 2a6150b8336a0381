using AgentOrchestration.Postgres.Tests.Server;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.PostgreSql;
using Npgsql;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>A server, a user or a database that runs cannot be kept with: what is wrong is said, with what to do about it and without the password.</summary>
public sealed class UnusableServerTests(SharedPostgres shared)
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_away_is_reported_and_asked_again_later()
    {
        int port = LoopbackPort.Free();
        await using var store = new PostgresRunStore($"Host=127.0.0.1;Port={port};Database=app;Username=app;Password={PostgresServer.Password};Timeout=5".Quoted());

        RunStoreException refusal = await RefusalAsync(store);

        Assert.Contains($"127.0.0.1:{port}/app: it cannot be reached. Check that the server runs", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.IsTransient);
    }

    [Fact(Explicit = true)]
    public async Task A_server_that_comes_later_is_used_then()
    {
        PostgresServer server = await PostgresServer.StartAsync();
        await using (server)
        {
            await server.StopAsync();
            await using var store = new PostgresRunStore(server.ConnectionString());
            Assert.True((await RefusalAsync(store)).IsTransient);
            await server.StartAgainAsync();
            Assert.Null(await store.FindAsync("run", TestEnd));
        }
    }

    [Theory(Explicit = true)]
    [InlineData("secured", "postgres", "refuses the password of the user 'secured'. Correct the password")]
    [InlineData("refused", "postgres", "refuses the user 'refused'. Check the user name, and the server's pg_hba.conf")]
    [InlineData("guest", "none", "the database does not exist. Create it")]
    [InlineData("guest", "postgres", "the user 'guest' lacks a right. The user needs USAGE")]
    public async Task A_user_or_database_that_is_wrong_is_named(string user, string database, string expected)
    {
        PostgresServer server = await shared.ServerAsync();
        const string Wrong = "not-the-Pa55word";
        await using var store = new PostgresRunStore(
            server.ConnectionString(user: user, database: database) + $";Password={Wrong}", new PostgresRunStoreOptions { Schema = shared.NewSchema() });

        RunStoreException refusal = await RefusalAsync(store);

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{server.Port}/{database}", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Wrong, refusal.ToString(), StringComparison.Ordinal);
        Assert.False(refusal.IsTransient);
    }

    [Fact(Explicit = true)]
    public async Task A_missing_password_is_asked_for()
    {
        await using var store = new PostgresRunStore((await shared.ServerAsync()).ConnectionString(user: "secured"));
        Assert.Contains("asks for a password of the user 'secured', and there is none. Add it", (await RefusalAsync(store)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db;Password=s3cret;pass=word")]
    [InlineData("Host=db;Port=s3cret")]
    [InlineData("Host=db;Password=\"s3cret")]
    [InlineData("s3cret")]
    [InlineData("Password=s3cret")]
    [InlineData("Host=db;Multiplexing=true;Password=s3cret")]
    public void A_malformed_connection_string_is_refused_at_once_and_none_of_it_is_shown(string connectionString)
    {
        var services = new Microsoft.Extensions.DependencyInjection.ServiceCollection();

        ArgumentException refusal = Assert.ThrowsAny<ArgumentException>(() => services.Use(connectionString));

        Assert.DoesNotContain("s3cret", refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("pass=word", refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Runs")]
    [InlineData("1runs")]
    [InlineData("a\"; DROP TABLE x; --")]
    [InlineData("runs\n")]
    [InlineData("a_name_that_is_longer_than_the_sixty_three_bytes_that_postgres_takes")]
    public void A_schema_whose_name_is_not_valid_is_refused(string schema) =>
        Assert.Contains("is not a valid schema: use 1 to 63 of", Assert.Throws<ArgumentException>(() => new PostgresRunStore("Host=db", new PostgresRunStoreOptions { Schema = schema })).Message, StringComparison.Ordinal);

    [Fact(Explicit = true)]
    public async Task A_server_that_may_lose_commits_is_refused_unless_it_is_accepted()
    {
        PostgresServer server = await shared.ServerAsync();
        await server.ExecuteAsync("CREATE ROLE hasty LOGIN SUPERUSER; ALTER ROLE hasty SET synchronous_commit = off");
        string schema = shared.NewSchema();
        await using (var refused = new PostgresRunStore(server.ConnectionString(user: "hasty"), new PostgresRunStoreOptions { Schema = schema }))
        {
            Assert.Contains("synchronous_commit is off. Turn it on for the user 'hasty'", (await RefusalAsync(refused)).Message, StringComparison.Ordinal);
        }

        await using var accepted = new PostgresRunStore(server.ConnectionString(user: "hasty"), new PostgresRunStoreOptions { Schema = schema, AcceptLossyServer = true });
        Assert.Null(await accepted.FindAsync("run", TestEnd));
    }

    [Fact(Explicit = true)]
    public async Task A_database_of_another_encoding_is_refused()
    {
        PostgresServer server = await shared.ServerAsync();
        await server.ExecuteAsync("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
        await using var store = new PostgresRunStore(server.ConnectionString(database: "latin"));
        Assert.Contains("has the encoding LATIN1; runs need UTF8", (await RefusalAsync(store)).Message, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task A_database_that_takes_no_writes_is_named()
    {
        PostgresServer server = await shared.ServerAsync();
        await server.ExecuteAsync("CREATE ROLE reader LOGIN SUPERUSER; ALTER ROLE reader SET default_transaction_read_only = on");
        await using var store = new PostgresRunStore(server.ConnectionString(user: "reader"), new PostgresRunStoreOptions { Schema = shared.NewSchema() });
        Assert.Contains("it takes no writes. It is a standby, or default_transaction_read_only is on", (await RefusalAsync(store)).Message, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task A_statement_that_the_server_cancels_may_be_tried_again()
    {
        PostgresServer server = await shared.ServerAsync();
        await server.ExecuteAsync("CREATE ROLE impatient LOGIN SUPERUSER; ALTER ROLE impatient SET statement_timeout = '1s'");
        string schema = shared.NewSchema();
        await using (PostgresRunStore patient = await shared.OpenAsync(schema))
        {
            await patient.FindAsync("run", TestEnd);
        }

        await using var store = new PostgresRunStore(server.ConnectionString(user: "impatient"), new PostgresRunStoreOptions { Schema = schema });
        RunLease lease = await store.CreateAsync("run");
        await using (var connection = new NpgsqlConnection(server.ConnectionString() + ";Pooling=false"))
        {
            await connection.OpenAsync(TestEnd);
            await using NpgsqlTransaction holder = await connection.BeginTransactionAsync(TestEnd);
            await PostgresServer.ExecuteAsync(connection, $"SELECT FROM {schema}.state FOR UPDATE");
            RunStoreException refusal = await StoreActions.RefusalAsync(() => store.AppendAsync(lease, 0, "{}"));
            Assert.True(refusal.IsTransient);
            Assert.Contains("raise statement_timeout of the user", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(AppendOutcome.Appended, await store.AppendAsync(lease, 0, "{}"));
    }

    [Fact(Explicit = true)]
    public async Task Too_few_connections_are_reported_by_name()
    {
        PostgresServer server = await shared.ServerAsync();
        await using NpgsqlDataSource dataSource = NpgsqlDataSource.Create(server.ConnectionString().Replace("Maximum Pool Size=30", "Maximum Pool Size=1", StringComparison.Ordinal) + ";Timeout=3");
        await using var store = new PostgresRunStore(dataSource, new PostgresRunStoreOptions { Schema = shared.NewSchema() });
        Assert.Null(await store.FindAsync("run", TestEnd));
        await using NpgsqlConnection only = await dataSource.OpenConnectionAsync(TestEnd);

        RunStoreException refusal = await RefusalAsync(store);

        Assert.True(refusal.IsTransient);
        Assert.Contains("all connections of the pool are in use. Raise Max Pool Size", refusal.Message, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task A_full_disk_is_reported_and_nothing_of_what_was_done_is_lost()
    {
        PostgresServer server = await shared.ServerAsync();
        using var disk = new SmallDisk(megabytes: 20);
        await server.ExecuteAsync($"CREATE TABLESPACE small LOCATION '{disk.Path}'");
        await server.ExecuteAsync("CREATE DATABASE small TABLESPACE small");
        await using (var store = new PostgresRunStore(server.ConnectionString(database: "small")))
        {
            RunLease lease = await store.CreateAsync("run");
            var random = new Random(1);
            byte[] content = new byte[1_000_000];
            int done = 0;
            RunStoreException refusal = await StoreActions.RefusalAsync(async () =>
            {
                for (; done < 100; done++)
                {
                    random.NextBytes(content);
                    string text = $"\"{Convert.ToHexString(content)}\"";
                    Assert.Equal(AppendOutcome.Appended, await store.AppendAsync(lease, done, text));
                }
            });
            Assert.Contains("its disk is full. Free some space, then resume the runs.", refusal.Message, StringComparison.Ordinal);
            Assert.False(refusal.IsTransient);
            Assert.InRange(done, 1, 99);
            Assert.Equal(done, (await store.ReadAsync("run")).Length);
            Assert.Equal(AppendOutcome.Appended, await store.AppendAsync(lease, done, "{}"));
        }

        await server.ExecuteAsync("DROP DATABASE small WITH (FORCE)");
        await server.ExecuteAsync("DROP TABLESPACE small");
    }

    private static Task<RunStoreException> RefusalAsync(PostgresRunStore store) => StoreActions.RefusalAsync(() => store.FindAsync("run", TestEnd).AsTask());
}
