using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.PostgreSql;
using AgentOrchestration.Tests.Workers;
using DurableWorker;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>The server crashes and comes back while runs are driven.</summary>
public sealed class CrashedServerTests
{
    private const int Crashes = 2;
    private const int AtOnce = 4;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Runs_continue_when_their_server_has_crashed_and_come_back_and_nothing_is_lost_or_done_twice()
    {
        await using PostgresServer server = await PostgresServer.StartAsync();
        await using var host = new InProcessHost(server.ConnectionString(), "ao", TimeSpan.FromMilliseconds(20), Lease);
        using var enough = new CancellationTokenSource();
        Task<List<string>>[] drivers = [.. Enumerable.Range(0, AtOnce).Select(_ => Task.Run(() => DriveAsync(host, enough.Token), TestEnd))];
        for (int crash = 0; crash < Simulations.Of(Crashes); crash++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1500), TestEnd);
            await server.CrashAsync();
        }

        await Task.Delay(TimeSpan.FromMilliseconds(500), TestEnd);
        await enough.CancelAsync();
        List<string>[] ended = await Task.WhenAll(drivers).WaitAsync(Patience, TestEnd);

        await using var store = new PostgresRunStore(server.ConnectionString());
        Assert.True(ended.Sum(runs => runs.Count) >= AtOnce, "Too few runs have ended.");
        foreach (string runId in ended.SelectMany(runs => runs))
        {
            Committed journal = await Committed.ReadAsync(store, runId);
            Assert.Equal(RunOutcome.Succeeded, journal.Outcome);
            Assert.Equal(WorkerPlan.Count, journal.Attempts.Count);
            journal.Judge(host.EffectsOf(runId));
        }
    }

    /// <summary>
    /// Drives one run after another. A start that failed is repeated under its id; a run that was detached is resumed. A start whose answer was lost may have
    /// left a lease that nobody holds, until it expires.
    /// </summary>
    private static async Task<List<string>> DriveAsync(InProcessHost host, CancellationToken enough)
    {
        List<string> ended = [];
        while (!enough.IsCancellationRequested)
        {
            string runId = Guid.NewGuid().ToString("N");
            for (bool hasEnded = false; !hasEnded;)
            {
                try
                {
                    await using OrchestrationRun run = await host.Orchestrator.StartAsync(WorkerPlan.Create(), new RunOptions { RunId = runId }, TestEnd);
                    Assert.Equal(RunOutcome.Succeeded, (await run.WaitAsync(TestEnd)).Outcome);
                    ended.Add(runId);
                    hasEnded = true;
                }
                catch (Exception exception) when (exception is RunDetachedException or RunStoreException { IsTransient: true } || (exception is InvalidOperationException && exception.Message.Contains("is driven by", StringComparison.Ordinal)))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(100), TestEnd);
                }
            }
        }

        return ended;
    }
}
