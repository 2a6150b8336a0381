using System.Text.Json.Nodes;
using AgentOrchestration.Postgres.Tests.Server;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.PostgreSql;
using AgentOrchestration.Tests.Workers;
using DurableWorker;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>
/// The connection is cut at an append, before the server has it, while it works on it or when it is committed, or no answer comes: the run continues without a detour, and
/// its journal has everything once.
/// </summary>
public sealed class CommitAmbiguityTests(SharedPostgres shared)
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<CutMode, int> Modes => new()
    {
        { CutMode.Before, 1 },
        { CutMode.After, 1 },
        { CutMode.Meanwhile, 1 },
        { CutMode.Silent, 4 },
    };

    [Theory(Explicit = true)]
    [MemberData(nameof(Modes))]
    public async Task Cut_at_any_append_a_run_ends_with_all_of_its_work_done_once(CutMode mode, int every)
    {
        PostgresServer server = await shared.ServerAsync();
        string schema = shared.NewSchema();
        await using var proxy = new CuttingProxy(server.Port);
        await using var host = new InProcessHost(ConnectionTo(server, proxy), schema, TimeSpan.Zero);
        await using PostgresRunStore store = await shared.OpenAsync(schema);
        foreach (TaskPlan plan in (TaskPlan[])[Chain(4), Diamond(5), Diamond(12), WorkerPlan.Create()])
        {
            int cuts = 0;
            for (int append = 1; ; append += every, cuts++)
            {
                proxy.CutAt(append, mode);
                await using OrchestrationRun run = await host.Orchestrator.StartAsync(plan, TestEnd);
                RunResult result = await run.WaitAsync(TestEnd);
                Assert.Equal(RunOutcome.Succeeded, result.Outcome);
                Committed journal = await Committed.ReadAsync(store, run.RunId);
                Assert.Equal((RunOutcome.Succeeded, plan.Subtasks.Count, 0), (journal.Outcome!.Value, journal.Count, journal.Interrupted));
                Assert.Equal(plan.Subtasks.Count, host.EffectsOf(run.RunId).Length);
                if (proxy.Appends < append)
                {
                    break;
                }
            }

            Assert.True(cuts > 1, "There were too few appends to cut at.");
        }
    }

    [Fact(Explicit = true)]
    public async Task A_repeated_append_that_comes_while_the_first_one_still_commits_is_there_once()
    {
        PostgresServer server = await shared.ServerAsync();
        string schema = shared.NewSchema();
        await using PostgresRunStore store = await shared.OpenAsync(schema);
        await store.CreateAsync("first");

        // The first append to the place is held back in the server, and its connection is cut meanwhile.
        await server.ExecuteAsync($"""
            CREATE SEQUENCE {schema}.times;
            CREATE FUNCTION {schema}.hold() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.sequence >= 3 AND nextval('{schema}.times') = 1 THEN
                    PERFORM pg_sleep(1);
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER hold BEFORE INSERT ON {schema}.journal FOR EACH ROW EXECUTE FUNCTION {schema}.hold();
            """);
        await using var proxy = new CuttingProxy(server.Port);
        await using var host = new InProcessHost(ConnectionTo(server, proxy), schema, TimeSpan.Zero);
        proxy.CutAt(3, CutMode.Meanwhile);

        await using OrchestrationRun run = await host.Orchestrator.StartAsync(Chain(4), TestEnd);
        RunResult result = await run.WaitAsync(TestEnd);

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(4, (await Committed.ReadAsync(store, run.RunId)).Count);
        Assert.Equal(4, host.EffectsOf(run.RunId).Length);
        Assert.True((long)(await server.ExecuteAsync($"SELECT last_value FROM {schema}.times"))! > 1, "No append was held back.");
    }

    [Theory(Explicit = true)]
    [InlineData(CutMode.Before)]
    [InlineData(CutMode.After)]
    [InlineData(CutMode.Meanwhile)]
    public async Task Runs_and_leases_of_requests_whose_answer_was_lost_are_not_lost_with_it(CutMode mode)
    {
        PostgresServer server = await shared.ServerAsync();
        await using var proxy = new CuttingProxy(server.Port);
        await using var store = new PostgresRunStore(server.ConnectionString(proxy.Port), new PostgresRunStoreOptions { Schema = shared.NewSchema() });
        Assert.Null(await store.FindAsync("none", TestEnd));
        var run = new NewRun("submitted", DateTimeOffset.UnixEpoch, "{}"u8.ToArray());

        proxy.CutAt(1, mode, ".runs (run_id, created");
        RunLease made = await store.CreateAsync("created");
        Assert.Equal(AppendOutcome.Appended, await store.AppendAsync(made, 0, "{}"));
        proxy.CutAt(1, mode, ".runs (run_id, created");
        Assert.True(await store.SubmitAsync(run, TestEnd));
        Assert.Null(await store.CreateAsync(run, "another", StoreActions.Lease, TestEnd));

        // A repeated claim skips what the first one, still at work, has locked; those leases expire.
        proxy.CutAt(mode == CutMode.Meanwhile ? 0 : 1, mode, "SKIP LOCKED");
        RunLease claimed = Assert.Single(await store.ClaimAsync(new RunClaim { Owner = "claimer", Duration = StoreActions.Lease, Max = 5 }, TestEnd));
        Assert.Equal("submitted", claimed.RunId);
        Assert.Equal(AppendOutcome.Appended, await store.AppendAsync(claimed, 0, "{}"));

        proxy.CutAt(1, mode, "CASE WHEN a.duration IS NULL");
        await store.ReleaseLeaseAsync(claimed, TestEnd);
        Assert.Null((await store.FindAsync("submitted", TestEnd))!.Lease);
        proxy.CutAt(1, mode, "owner = $2, expires");
        RunLease taken = (await store.AcquireLeaseAsync("submitted", "taker", StoreActions.Lease, TestEnd))!;
        Assert.Equal(AppendOutcome.Appended, await store.AppendAsync(taken, 1, "{}"));
        Assert.Equal(2, proxy.Appends);
        Assert.Null(await store.AcquireLeaseAsync("submitted", "another", StoreActions.Lease, TestEnd));
    }

    private static string ConnectionTo(PostgresServer server, CuttingProxy proxy) => server.ConnectionString(proxy.Port) + ";Command Timeout=1;Cancellation Timeout=-1";

    private static TaskPlan Chain(int length) => TaskPlan.Create(plan =>
    {
        SubtaskRef[] before = [];
        for (int i = 0; i < length; i++)
        {
            before = [plan.Add($"s{i}", "step", new JsonArray(), after: before)];
        }
    });

    private static TaskPlan Diamond(int width) => TaskPlan.Create(plan =>
    {
        SubtaskRef first = plan.Add("s0", "step", new JsonArray());
        SubtaskRef[] middle = [.. Enumerable.Range(1, width).Select(i => plan.Add($"s{i}", "step", new JsonArray(), after: [first]))];
        plan.Add($"s{width + 1}", "step", new JsonArray(), after: middle);
    });
}
