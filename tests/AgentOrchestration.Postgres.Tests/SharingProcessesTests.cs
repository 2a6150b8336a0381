using AgentOrchestration.Postgres.Tests.Server;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.Workers;
using DurableWorker;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>Processes that share one database, with leases of 3 seconds by the server's clock.</summary>
public sealed class SharingProcessesTests(SharedPostgres shared)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Handlers_that_block_every_thread_of_the_pool_cost_no_run_its_lease()
    {
        using var process = new WorkerProcess("block", WorkerStore.OfPostgres(shared.NewSchema(), await shared.ConnectionStringAsync()));

        Assert.Equal("0", await process.HearAsync("free "));
        Assert.Equal($"{RunOutcome.Succeeded}", await process.HearAsync("ended "));
        await process.EndAsync();
    }

    [Fact(Explicit = true)]
    public async Task Runs_of_a_process_that_dies_and_of_one_that_is_suspended_are_driven_by_another_and_by_no_two()
    {
        string schema = shared.NewSchema();
        string place = WorkerStore.OfPostgres(schema, await shared.ConnectionStringAsync());
        using var folder = new WorkerFolder();
        using var killed = new WorkerProcess("share", place, folder.Of("killed.log"), "3");
        using var suspended = new WorkerProcess("share", place, folder.Of("suspended.log"), "3");
        List<string> made = [];
        for (int i = 0; i < 3; i++)
        {
            made.Add(await killed.HearAsync("run "));
            made.Add(await suspended.HearAsync("run "));
        }

        await killed.KillAsync();
        await suspended.SuspendAsync();
        using var other = new WorkerProcess("share", place, folder.Of("other.log"), "0");
        await using PostgresRunStore store = await shared.OpenAsync(schema);
        await EndedAsync(store);
        await suspended.ContinueAsync();
        await suspended.EndAsync();
        await other.EndAsync();

        string[] lines = [.. ((string[])["killed", "suspended", "other"]).SelectMany(log => File.ReadAllLines(folder.Of($"{log}.log")))];
        Assert.Equal(6, made.Distinct(StringComparer.Ordinal).Count());
        foreach (StoredRun run in await store.ListAsync())
        {
            Assert.Equal(RunOutcome.Succeeded, run.Outcome);
            Committed journal = await Committed.ReadAsync(store, run.RunId);
            Assert.Equal(WorkerPlan.Count, journal.Attempts.Count);
            journal.Judge([.. lines.Where(line => line.StartsWith($"effect {run.RunId}/", StringComparison.Ordinal)).Select(line => line["effect ".Length..])]);
        }
    }

    /// <summary>Waits for other processes, which tell nobody when a run of theirs has ended.</summary>
    private static async Task EndedAsync(PostgresRunStore store)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        patience.CancelAfter(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while ((await store.ListAsync(new RunQuery { IsEnded = false })).Length > 0)
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
