using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.Workers;
using DurableWorker;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>
/// Three processes share one file and each other's runs, and again and again one of them is killed. All runs end, and nothing that was
/// committed happens again.
/// </summary>
public sealed class ThreeProcessesTests
{
    private const int Processes = 3;
    private const int RunsOfEach = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_three_processes_one_is_killed_again_and_again_and_all_runs_end()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(1);
        int kills = Simulations.Of(5);
        int lives = 0;
        List<string> made = [];
        var processes = new WorkerProcess[Processes];
        try
        {
            for (int i = 0; i < Processes; i++)
            {
                processes[i] = Start();
            }

            for (int kill = 0; kill < kills; kill++)
            {
                // It has just made its runs, and drives them.
                int next = kill % Processes;
                await MakeAsync(processes[next]);
                await Task.Delay(random.Next(250), TestEnd);
                await processes[next].KillAsync();
                processes[next].Dispose();
                processes[next] = Start();
            }

            for (int next = kills; next < kills + Processes; next++)
            {
                await MakeAsync(processes[next % Processes]);
            }

            using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
            List<StoredRun> runs = await EndedAsync(store);
            await Task.WhenAll(processes.Select(process => process.EndAsync()));

            Assert.Equal((kills + Processes) * RunsOfEach, made.Count);
            Assert.Subset(runs.Select(run => run.RunId).ToHashSet(StringComparer.Ordinal), made.ToHashSet(StringComparer.Ordinal));
            Assert.All(runs, run => Assert.Equal(RunOutcome.Succeeded, run.Outcome));
            string[] lines = [.. Enumerable.Range(0, lives).SelectMany(life => File.ReadAllLines(EffectsOf(life)))];
            int interrupted = 0;
            foreach (StoredRun run in runs)
            {
                Committed journal = await Committed.ReadAsync(store, run.RunId);
                Assert.Equal(WorkerPlan.Count, journal.Attempts.Count);
                journal.Judge([.. lines.Where(line => line.StartsWith($"effect {run.RunId}/", StringComparison.Ordinal)).Select(line => line["effect ".Length..])]);
                interrupted += journal.Interrupted;
            }

            Assert.True(interrupted > 0, "No process was killed at its work.");
            TestContext.Current.SendDiagnosticMessage("{0} kills, {1} runs ended, {2} attempts were interrupted.", kills, runs.Count, interrupted);
        }
        finally
        {
            foreach (WorkerProcess? process in processes)
            {
                process?.Dispose();
            }
        }

        WorkerProcess Start() => new("share", folder.Database, EffectsOf(lives++), $"{RunsOfEach}");

        string EffectsOf(int life) => folder.Of($"effects-{life}.log");

        async Task MakeAsync(WorkerProcess process)
        {
            for (int i = 0; i < RunsOfEach; i++)
            {
                made.Add(await process.HearAsync("run "));
            }
        }
    }

    /// <summary>Waits for other processes, which tell nobody when a run of theirs has ended.</summary>
    private static async Task<List<StoredRun>> EndedAsync(SqliteRunStore store)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        patience.CancelAfter(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            List<StoredRun> runs = [];
            await foreach (StoredRun run in store.ListAsync(new RunQuery(), patience.Token))
            {
                runs.Add(run);
            }

            if (runs.TrueForAll(run => run.Outcome is not null))
            {
                return runs;
            }

            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
