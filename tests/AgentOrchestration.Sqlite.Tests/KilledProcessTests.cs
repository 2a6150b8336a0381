using AgentOrchestration.Tests.Workers;
using DurableWorker;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>
/// F4 and F6: a process is killed again and again, at random moments, and another goes on with its run. A log of effects outside, on the
/// disk before it is told, is the judge. 2,000 kills: ORCHESTRATION_SIMULATIONS=40.
/// </summary>
public sealed class KilledProcessTests
{
    // Each has a file and one process at a time; together they keep the cores busy.
    private const int Chains = 4;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_any_moment_a_run_goes_on_and_nothing_that_was_committed_happens_again()
    {
        int kills = Simulations.Of(50);
        (int Ended, int Interrupted)[] chains = await Task.WhenAll(Enumerable.Range(0, Chains).Select(
            chain => KillAsync(new Random(chain + 1), (kills + chain) / Chains)));

        int ended = chains.Sum(chain => chain.Ended);
        int interrupted = chains.Sum(chain => chain.Interrupted);
        Assert.True(ended > 0 && interrupted > 0, $"{ended} runs ended, {interrupted} attempts were interrupted.");
        TestContext.Current.SendDiagnosticMessage("{0} kills, {1} runs ended, {2} attempts were interrupted.", kills, ended, interrupted);
    }

    private static async Task<(int Ended, int Interrupted)> KillAsync(Random random, int kills)
    {
        using var folder = new TemporaryFolder();
        int ended = 0;
        int interrupted = 0;
        string? runId = null;
        HashSet<string> committed = new(StringComparer.Ordinal);
        int judged = 0;
        int leaseMinutes = 0;
        for (int kill = 0; kill < kills; leaseMinutes++)
        {
            using var process = new WorkerProcess("run", folder.Database, folder.Of("effects.log"), $"{leaseMinutes}", runId ?? "-");
            string id = await process.HearAsync("run ");

            // It is killed after some of its work, however fast that is here, and a moment later.
            bool isKilled = await process.HearAsync("effect ", random.Next(16), "ended ");
            if (isKilled)
            {
                await Task.Delay(random.Next(20), TestEnd);
                await process.KillAsync();
            }

            string[] lines = await File.ReadAllLinesAsync(folder.Of("effects.log"), TestEnd);
            Committed journal = await ReadAsync(folder, id);

            // What was committed before this process lived has not happened in it, and what was told to anybody is committed.
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

                // A receiver that knows keys does everything once.
                Assert.Equal(WorkerPlan.Count, EffectsOf(lines, $"{id}/").Select(effect => effect.Split(' ')[0]).Distinct(StringComparer.Ordinal).Count());
                ended++;
                interrupted += journal.Interrupted;
                runId = null;
            }
            else
            {
                Assert.True(isKilled, "The process left its run.");
            }
        }

        return (ended, interrupted);
    }

    private static string[] EffectsOf(string[] lines, string run) =>
        [.. lines.Where(line => line.StartsWith($"effect {run}", StringComparison.Ordinal)).Select(line => line["effect ".Length..])];

    private static async Task<Committed> ReadAsync(TemporaryFolder folder, string runId)
    {
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        return await Committed.ReadAsync(store, runId);
    }
}
