using AgentOrchestration.Postgres.Tests.Server;
using AgentOrchestration.Tests.Workers;
using DurableWorker;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>
/// A process is killed again and again, at random moments, and another continues its run. A log of effects outside is the judge. More kills:
/// ORCHESTRATION_SIMULATIONS=100.
/// </summary>
public sealed class KilledProcessTests(SharedPostgres shared)
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public Task Killed_at_any_moment_a_run_continues_elsewhere_and_nothing_that_was_committed_happens_again() => KillAsync(isPooled: false);

    [Fact(Explicit = true)]
    public Task Behind_a_pooler_a_run_of_a_killed_process_continues_elsewhere_and_nothing_that_was_committed_happens_again() => KillAsync(isPooled: true);

    private async Task KillAsync(bool isPooled)
    {
        string schema = shared.NewSchema();
        string connection = await shared.ConnectionStringAsync(isPooled);
        using var folder = new WorkerFolder();
        var random = new Random(isPooled ? 1 : 2);
        int kills = Simulations.Of(5);
        int interrupted = 0;
        string? runId = null;
        HashSet<string> committed = new(StringComparer.Ordinal);
        int judged = 0;
        int leaseMinutes = 0;
        for (int kill = 0; kill < kills || runId is not null; leaseMinutes++)
        {
            using var process = new WorkerProcess("run", WorkerStore.OfPostgres(schema, connection), folder.Of("effects.log"), $"{leaseMinutes}", runId ?? "-");
            string id = await process.HearAsync("run ");
            bool isKilled = kill < kills && await process.HearAsync("effect ", random.Next(16), "ended ");
            if (isKilled)
            {
                await Task.Delay(random.Next(20), TestEnd);
                await process.KillAsync();
            }
            else if (kill >= kills)
            {
                await process.HearAsync("ended ");
            }

            string[] lines = await File.ReadAllLinesAsync(folder.Of("effects.log"), TestEnd);
            await using PostgresRunStore store = await shared.OpenAsync(schema, TimeProvider.System);
            Committed journal = await Committed.ReadAsync(store, id);

            // What was committed before this process lived has not happened in it, and what it has reported is committed.
            Assert.All(EffectsOf(lines[judged..], ""), effect => Assert.DoesNotContain(effect.Split(' ')[0], committed));
            Assert.All(lines[judged..].Where(line => line.StartsWith($"ack {id}/", StringComparison.Ordinal)), line => Assert.Contains(line["ack ".Length..], journal.Attempts.Keys));
            journal.Judge(EffectsOf(lines, $"{id}/"));
            judged = lines.Length;
            committed.UnionWith(journal.Attempts.Keys);
            kill += isKilled ? 1 : 0;
            runId = id;
            if (journal.Outcome is { } outcome)
            {
                Assert.Equal(RunOutcome.Succeeded, outcome);
                Assert.Equal(WorkerPlan.Count, journal.Attempts.Count);
                interrupted += journal.Interrupted;
                runId = null;
            }
            else
            {
                Assert.True(isKilled, "The process left its run.");
            }
        }

        Assert.True(interrupted > 0, "No process was killed at its work.");
    }

    private static string[] EffectsOf(string[] lines, string run) =>
        [.. lines.Where(line => line.StartsWith($"effect {run}", StringComparison.Ordinal)).Select(line => line["effect ".Length..])];
}
