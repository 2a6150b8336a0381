using System.Transactions;
using AgentOrchestration.Postgres.Tests.Server;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.PostgreSql;
using Npgsql;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>Appends, one and many, and what the tables hold of them.</summary>
public sealed class JournalTests(SharedPostgres shared)
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Appends_of_many_runs_go_in_few_statements()
    {
        string schema = shared.NewSchema();
        await using PostgresRunStore store = await shared.OpenAsync(schema);
        RunLease[] leases = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => store.CreateAsync($"run-{number}")));

        AppendOutcome[] outcomes = await Task.WhenAll(leases.Select(lease => store.AppendAsync(lease, 0, "{}")));

        Assert.All(outcomes, outcome => Assert.Equal(AppendOutcome.Appended, outcome));
        Assert.InRange(await ScalarAsync($"SELECT count(DISTINCT xmin::text) FROM {schema}.journal"), 1, 100);
        Assert.Equal(200, await ScalarAsync($"SELECT count(*) FROM {schema}.journal"));
    }

    [Fact(Explicit = true)]
    public async Task An_append_that_the_server_refuses_fails_alone()
    {
        await using PostgresRunStore store = await shared.OpenAsync(shared.NewSchema());
        RunLease[] leases = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => store.CreateAsync($"run-{number}")));

        // The name of a blob is a hash, so the store does not look for what PostgreSQL cannot hold.
        Task<AppendOutcome>[] appends =
        [
            .. leases.Select((lease, number) => store.AppendAsync(
                StoreActions.AppendOf(lease, 0, "{}") with { Blobs = number % 10 == 5 ? [new JournalBlob("\0", new byte[] { 1 })] : [] }, TestEnd).AsTask()),
        ];

        for (int number = 0; number < appends.Length; number++)
        {
            int place = number;
            if (number % 10 == 5)
            {
                RunStoreException refusal = await StoreActions.RefusalAsync(() => appends[place]);
                Assert.False(refusal.IsTransient);
                Assert.Empty(await store.ReadAsync($"run-{number}"));
            }
            else
            {
                Assert.Equal(AppendOutcome.Appended, await appends[place]);
            }
        }
    }

    [Fact(Explicit = true)]
    public async Task A_run_whose_row_is_locked_keeps_no_other_from_its_appends_and_its_lease()
    {
        string schema = shared.NewSchema();
        await using var store = new PostgresRunStore(await shared.ConnectionStringAsync() + ";Command Timeout=2", new PostgresRunStoreOptions { Schema = schema });
        RunLease[] leases = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => store.CreateAsync($"run-{number}")));
        await using NpgsqlConnection connection = await ConnectAsync();
        await using (NpgsqlTransaction holder = await connection.BeginTransactionAsync(TestEnd))
        {
            await PostgresServer.ExecuteAsync(connection, $"SELECT FROM {schema}.state s JOIN {schema}.runs r ON r.key = s.run WHERE run_id = 'run-7' FOR UPDATE OF s");
            Task<AppendOutcome>[] appends = [.. leases.Select(lease => store.AppendAsync(lease, 0, "{}"))];
            Task<RunLease?>[] renewals = [.. leases.Select(lease => store.RenewLeaseAsync(lease, StoreActions.Lease, TestEnd).AsTask())];

            for (int number = 0; number < leases.Length; number++)
            {
                int place = number;
                if (number == 7)
                {
                    Assert.True((await StoreActions.RefusalAsync(() => appends[place])).IsTransient);
                    Assert.True((await StoreActions.RefusalAsync(() => renewals[place])).IsTransient);
                }
                else
                {
                    Assert.Equal(AppendOutcome.Appended, await appends[place]);
                    Assert.NotNull(await renewals[place]);
                }
            }
        }

        Assert.Equal(AppendOutcome.Appended, await store.AppendAsync(leases[7], 0, "{}"));
    }

    [Fact(Explicit = true)]
    public async Task An_append_waits_for_an_earlier_one_whose_commit_is_on_its_way_and_is_refused_after_it()
    {
        string schema = shared.NewSchema();
        await using PostgresRunStore store = await shared.OpenAsync(schema);
        RunLease lease = await store.CreateAsync("run");
        await using NpgsqlConnection connection = await ConnectAsync();
        await using (NpgsqlTransaction earlier = await connection.BeginTransactionAsync(TestEnd))
        {
            await PostgresServer.ExecuteAsync(connection, $"""UPDATE {schema}.state SET sequence = 1; INSERT INTO {schema}.journal SELECT run, 0, 1, '{"{}"}' FROM {schema}.state""");
            Task<AppendOutcome> repeated = store.AppendAsync(lease, 0, "{\"again\":1}");
            await WaitedForAsync();
            Assert.False(repeated.IsCompleted);
            await earlier.CommitAsync(TestEnd);

            Assert.Equal(AppendOutcome.WrongSequence, await repeated);
        }

        Assert.Equal(["{}"], await store.ReadAsync("run"));
    }

    [Fact(Explicit = true)]
    public async Task An_append_that_waits_while_its_lease_is_taken_is_refused()
    {
        string schema = shared.NewSchema();
        await using PostgresRunStore store = await shared.OpenAsync(schema);
        RunLease lease = await store.CreateAsync("run");
        await using NpgsqlConnection connection = await ConnectAsync();
        await using (NpgsqlTransaction taking = await connection.BeginTransactionAsync(TestEnd))
        {
            await PostgresServer.ExecuteAsync(connection, $"UPDATE {schema}.state SET token = token + 1, owner = 'another'");
            Task<AppendOutcome> late = store.AppendAsync(lease, 0, "{}");
            await WaitedForAsync();
            await taking.CommitAsync(TestEnd);

            Assert.Equal(AppendOutcome.NotOwner, await late);
        }

        Assert.Empty(await store.ReadAsync("run"));
    }

    [Fact(Explicit = true)]
    public async Task A_claim_does_not_wait_for_a_run_that_another_transaction_holds()
    {
        string schema = shared.NewSchema();
        await using var store = new PostgresRunStore(await shared.ConnectionStringAsync() + ";Command Timeout=5", new PostgresRunStoreOptions { Schema = schema });
        foreach (string runId in (string[])["held", "free"])
        {
            Assert.True(await store.SubmitAsync(new NewRun(runId, DateTimeOffset.UnixEpoch, "{}"u8.ToArray()), TestEnd));
        }

        var claim = new RunClaim { Owner = "claimer", Duration = StoreActions.Lease, Max = 10 };
        await using (NpgsqlConnection connection = await ConnectAsync())
        await using (NpgsqlTransaction holder = await connection.BeginTransactionAsync(TestEnd))
        {
            await PostgresServer.ExecuteAsync(connection, $"SELECT FROM {schema}.state s JOIN {schema}.runs r ON r.key = s.run WHERE run_id = 'held' FOR UPDATE OF s");
            Assert.Equal(["free"], (await store.ClaimAsync(claim, TestEnd)).Select(lease => lease.RunId));
        }

        Assert.Equal(["held"], (await store.ClaimAsync(claim, TestEnd)).Select(lease => lease.RunId));
    }

    [Fact(Explicit = true)]
    public async Task Of_ten_thousand_open_runs_a_claim_reads_few()
    {
        string schema = shared.NewSchema();
        await using PostgresRunStore store = await shared.OpenAsync(schema);
        await store.SubmitAsync(new NewRun("first", DateTimeOffset.UnixEpoch, "{}"u8.ToArray()), TestEnd);
        await (await shared.ServerAsync()).ExecuteAsync($$"""
            INSERT INTO {{schema}}.runs (run_id, created, goal, tags, task_types, header, made) SELECT 'run-' || i, i, '', '{}', '{a@1}', '{}', gen_random_uuid() FROM generate_series(1, 10000) i;
            INSERT INTO {{schema}}.state (run, token, expires, sequence, updated, ended, subtasks) SELECT key, 0, 0, 0, 0, 0, 0 FROM {{schema}}.runs WHERE run_id <> 'first';
            ANALYZE {{schema}}.runs, {{schema}}.state
            """);
        var claim = new RunClaim { Owner = "claimer", Duration = StoreActions.Lease, Max = 10, TaskTypes = ["a@1"] };
        Assert.Equal(10, (await store.ClaimAsync(claim, TestEnd)).Count);

        long before = await ScalarAsync($"SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_user_tables WHERE schemaname = '{schema}' AND relname = 'state'");
        Assert.Equal(10, (await store.ClaimAsync(claim, TestEnd)).Count);
        await store.DisposeAsync();
        long after = before;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (after == before && await timer.WaitForNextTickAsync(TestEnd))
        {
            after = await ScalarAsync($"SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_user_tables WHERE schemaname = '{schema}' AND relname = 'state'");
        }

        Assert.InRange(after - before, 1, 1000);
    }

    [Fact(Explicit = true)]
    public async Task An_append_is_no_part_of_the_transaction_of_its_caller()
    {
        string schema = shared.NewSchema();
        await using PostgresRunStore store = await shared.OpenAsync(schema);
        await using NpgsqlDataSource ofApplication = NpgsqlDataSource.Create(await shared.ConnectionStringAsync() + ";Enlist=true");
        await using var other = new PostgresRunStore(ofApplication, new PostgresRunStoreOptions { Schema = schema });
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            foreach (PostgresRunStore each in (PostgresRunStore[])[store, other])
            {
                string runId = each == store ? "one" : "two";
                await each.AppendAsync(await each.CreateAsync(runId), 0, "{}");
            }

            // It is not completed.
        }

        Assert.Equal(["{}"], await store.ReadAsync("one"));
        Assert.Equal(["{}"], await store.ReadAsync("two"));
    }

    [Fact(Explicit = true)]
    public async Task Appends_and_renewals_leave_one_dead_row_each_and_touch_no_index()
    {
        const int Appends = 50;
        const int Renewals = 20;
        string schema = shared.NewSchema();
        await using (PostgresRunStore store = await shared.OpenAsync(schema))
        {
            RunLease lease = await store.CreateAsync("run");
            for (int place = 0; place < Appends; place++)
            {
                await store.AppendAsync(StoreActions.AppendOf(lease, place, "{}") with { Progress = new RunProgress(place, Appends) }, TestEnd);
            }

            for (int i = 0; i < Renewals; i++)
            {
                await store.RenewLeaseAsync(lease, StoreActions.Lease, TestEnd);
            }
        }

        // Sessions report what they did when they end, a moment later.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await ScalarAsync(Sum("n_tup_upd")) < Appends + Renewals)
        {
            await timer.WaitForNextTickAsync(TestEnd);
        }

        Assert.Equal(Appends + Renewals, await ScalarAsync(Sum("n_tup_upd")));
        Assert.InRange(await ScalarAsync(Sum("n_tup_hot_upd")), Appends + Renewals - 2, Appends + Renewals);
        Assert.Equal(0, await ScalarAsync(Sum("n_tup_del")));

        string Sum(string column) => $"SELECT coalesce(sum({column}), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = '{schema}'";
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(await shared.ConnectionStringAsync() + ";Pooling=false;Application Name=holder");
        await connection.OpenAsync(TestEnd);
        return connection;
    }

    /// <summary>Waits until a statement of a store waits for a lock that a test holds.</summary>
    private async Task WaitedForAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await ScalarAsync("SELECT count(*) FROM pg_stat_activity a WHERE EXISTS (SELECT FROM unnest(pg_blocking_pids(a.pid)) b JOIN pg_stat_activity h ON h.pid = b AND h.application_name = 'holder')") == 0)
        {
            await timer.WaitForNextTickAsync(TestEnd);
        }
    }

    private async Task<long> ScalarAsync(string sql)
    {
        PostgresServer server = await shared.ServerAsync();
        return (long)(await server.ExecuteAsync(sql))!;
    }
}
