using AgentOrchestration.Tests.Workers;
using DurableWorker;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>Processes that have a hard time with their leases of 3 seconds.</summary>
public sealed class LeasedProcessTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Handlers_that_block_every_thread_of_the_pool_cost_no_run_its_lease()
    {
        using var folder = new TemporaryFolder();
        using var process = new WorkerProcess("block", folder.Database);

        Assert.Equal("0", await process.HearAsync("free "));
        Assert.Equal($"{RunOutcome.Succeeded}", await process.HearAsync("ended "));
        await process.EndAsync();
    }

    [Fact]
    public async Task A_process_that_was_suspended_for_longer_than_its_lease_drives_nothing_twice()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that suspends a process.");
        using var folder = new TemporaryFolder();
        using var suspended = new WorkerProcess("share", folder.Database, folder.Of("suspended.log"), "1");
        string runId = await suspended.HearAsync("run ");
        await suspended.SuspendAsync();
        using var other = new WorkerProcess("share", folder.Database, folder.Of("other.log"), "0");
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while ((await store.FindAsync(runId, TestEnd))!.Outcome is null)
        {
            await timer.WaitForNextTickAsync(TestEnd);
        }

        await suspended.ContinueAsync();
        await suspended.EndAsync();
        await other.EndAsync();

        Committed journal = await Committed.ReadAsync(store, runId);
        Assert.Equal(WorkerPlan.Count, journal.Attempts.Count);
        journal.Judge([
            .. File.ReadAllLines(folder.Of("suspended.log")).Concat(File.ReadAllLines(folder.Of("other.log")))
                .Where(line => line.StartsWith($"effect {runId}/", StringComparison.Ordinal))
                .Select(line => line["effect ".Length..]),
        ]);
    }
}
