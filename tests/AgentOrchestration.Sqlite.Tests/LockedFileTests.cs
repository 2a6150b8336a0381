using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>Another process holds the lock of a file, and does not let go.</summary>
public sealed class LockedFileTests
{
    // Of the 30 s of a lease, between two renewals.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_waits_for_a_locked_file_hears_of_it_while_there_is_time_to_ask_again()
    {
        using var folder = new TemporaryFolder();
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        RunLease[] leases = [.. await Task.WhenAll(Enumerable.Range(0, 20).Select(number => SqliteFileTests.CreateAsync(store, $"run-{number}")))];
        using var process = new WorkerProcess("lock", folder.Database);
        await process.HearAsync("locked");

        Task<AppendOutcome>[] appends = [.. leases.Select(lease => store.AppendAsync(SqliteFileTests.AppendOf(lease, 0, "{}"), TestEnd).AsTask())];
        await ((Task)Task.WhenAll(appends)).WaitAsync(Patience * 2, TestEnd).ContinueWith(_ => { }, TestEnd, TaskContinuationOptions.None, TaskScheduler.Default);
        Assert.All(appends, append =>
        {
            RunStoreException busy = Assert.IsType<RunStoreException>(append.Exception?.InnerException);
            Assert.True(busy.IsTransient);
            Assert.Contains($"'{folder.Database}' is locked by another process", busy.Message, StringComparison.Ordinal);
        });

        await process.EndAsync();
        Assert.Equal(AppendOutcome.Appended, await store.AppendAsync(SqliteFileTests.AppendOf(leases[0], 0, "{}"), TestEnd));
    }

    [Fact]
    public async Task A_run_whose_file_is_locked_asks_again_and_goes_on()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var sqlite = new SqliteRunStore(folder.Database, clock);
        WorkerProcess? process = null;
        long lockedAt = long.MaxValue;
        var askedAgain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        FaultyRunStore? store = null;
        store = new FaultyRunStore(sqlite, number =>
        {
            // The first after the lock waits in vain; the next is the same again.
            if (number - 1 > Interlocked.Read(ref lockedAt))
            {
                askedAgain.TrySetResult();
            }

            return StoreFault.None;
        });
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services.AddAgentOrchestration().UseRunStore(store).AddTaskType<None, string>("locks", "Has somebody lock the file.", async (_, _, _) =>
        {
            process = new WorkerProcess("lock", folder.Database);
            await process.HearAsync("locked");
            Interlocked.Exchange(ref lockedAt, store.Operations);
            return "locked";
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        await using OrchestrationRun run = await provider.GetRequiredService<ITaskOrchestrator>().StartAsync(TaskPlan.Create(plan => plan.Add("locks", "locks")), TestEnd);

        // Too little of the run's time passes for a lease to be renewed, enough to ask again: whoever asks is the writer of the run.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (int left = 150; !askedAgain.Task.IsCompleted && left > 0; left--)
        {
            await timer.WaitForNextTickAsync(TestEnd);
            clock.Advance(TimeSpan.FromMilliseconds(50));
        }

        bool hasAskedAgain = askedAgain.Task.IsCompleted;
        await process!.KillAsync();
        process.Dispose();
        Assert.True(hasAskedAgain, "Nobody asked again in time.");
        RunResult result = await run.WaitAsync(TestEnd);

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Committed journal = await Committed.ReadAsync(sqlite, run.RunId);
        Assert.Equal(1, Assert.Single(journal.Attempts).Value);
    }
}
