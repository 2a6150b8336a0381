using System.Diagnostics;
using System.Text.Json.Nodes;
using DurableWorker;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>
/// F4 and F6: a process is killed again and again, at random moments, and another goes on with its run. A log of effects outside, on the
/// disk before it is told, is the judge.
/// </summary>
public sealed class KilledProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_any_moment_a_run_goes_on_and_nothing_that_was_committed_happens_again()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(1);
        int kills = Simulations.Of(50);
        int ended = 0;
        int interrupted = 0;
        string? runId = null;
        HashSet<string> committed = new(StringComparer.Ordinal);
        int judged = 0;
        int leaseMinutes = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            (string id, bool hasEnded) = await LiveAsync(folder, runId, leaseMinutes++, TimeSpan.FromMilliseconds(random.Next(150)));
            string[] lines = await File.ReadAllLinesAsync(folder.Of("effects.log"), TestEnd);
            (HashSet<string> succeeded, int again) = await ReadAsync(folder, id);
            interrupted += again;

            // What was committed before this process lived has not happened in it, and what was told to anybody is committed.
            Assert.All(lines[judged..], line => Assert.False(line.StartsWith("effect ", StringComparison.Ordinal) && committed.Contains(line["effect ".Length..]), $"Kill {kill}: {line} again"));
            Assert.All(lines[judged..].Where(line => line.StartsWith($"ack {id}/", StringComparison.Ordinal)), line => Assert.Contains(line["ack ".Length..], succeeded));
            judged = lines.Length;
            committed.UnionWith(succeeded);
            if (hasEnded)
            {
                ended++;
                Assert.Equal(WorkerPlan.Count, succeeded.Count);
                Assert.All(succeeded, key => Assert.Contains($"effect {key}", lines));

                // A receiver that knows keys does everything once.
                Assert.Equal(WorkerPlan.Count, lines.Where(line => line.StartsWith($"effect {id}/", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Count());
                runId = null;
            }
            else
            {
                runId = id;
            }
        }

        Assert.True(ended > 0, "No run ended.");
        TestContext.Current.SendDiagnosticMessage("{0} kills, {1} runs ended, {2} attempts were interrupted.", kills, ended, interrupted);
    }

    /// <summary>Lets a process live for a time after it has its run.</summary>
    private static async Task<(string RunId, bool HasEnded)> LiveAsync(TemporaryFolder folder, string? runId, int minutesAhead, TimeSpan time)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo("dotnet", ["exec", typeof(WorkerPlan).Assembly.Location, folder.Database, folder.Of("effects.log"), $"{minutesAhead}", runId ?? "-"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process.Start();
        Task<string> errors = process.StandardError.ReadToEndAsync(TestEnd);
        string? id = await process.StandardOutput.ReadLineAsync(TestEnd).AsTask().WaitAsync(Patience, TestEnd);
        if (id is null)
        {
            Assert.Fail($"The process said nothing but: {await errors}");
        }

        string? outcome = null;
        try
        {
            outcome = await process.StandardOutput.ReadLineAsync(TestEnd).AsTask().WaitAsync(time, TestEnd);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync(TestEnd);
        Assert.True(outcome is null or "Succeeded", $"{outcome} {(process.HasExited ? await errors : "")}");
        return (id, outcome is not null);
    }

    /// <returns>The keys of what is committed, and how many attempts were interrupted.</returns>
    private static async Task<(HashSet<string> Succeeded, int Interrupted)> ReadAsync(TemporaryFolder folder, string runId)
    {
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        HashSet<string> succeeded = new(StringComparer.Ordinal);
        int interrupted = 0;
        foreach (string line in await SqliteFileTests.ReadAsync(store, runId))
        {
            JsonNode next = JsonNode.Parse(line)!;
            string kind = next["kind"]!.GetValue<string>();
            if (kind == "subtask-succeeded")
            {
                Assert.True(succeeded.Add($"{runId}/s{next["subtask"]!.GetValue<int>()}"), "Something was committed twice.");
            }

            interrupted += kind == "attempt-interrupted" ? 1 : 0;
        }

        return (succeeded, interrupted);
    }
}
