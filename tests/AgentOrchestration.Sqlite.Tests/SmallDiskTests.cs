using System.Collections.Concurrent;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.Workers;
using DurableWorker;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>A disk that is full in mid-run, or read-only. Explicit, because it mounts one: Linux, and root.</summary>
public sealed class SmallDiskTests
{
    private const int Count = 200;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task A_run_whose_disk_is_full_loses_nothing_and_goes_on_when_there_is_room()
    {
        using var disk = new SmallDisk(megabytes: 1);
        var clock = new AheadClock(TimeSpan.Zero);
        ConcurrentDictionary<string, int> done = new(StringComparer.Ordinal);
        await using ServiceProvider provider = Services(disk, clock, done);
        ITaskOrchestrator orchestrator = provider.GetRequiredService<ITaskOrchestrator>();
        string runId;
        await using (OrchestrationRun run = await orchestrator.StartAsync(Plan(), TestEnd))
        {
            runId = run.RunId;
            RunDetachedException detached = await Assert.ThrowsAsync<RunDetachedException>(() => run.WaitAsync(TestEnd));
            Assert.Contains($"The disk of '{disk.Database}' is full. Free some space, then resume the runs.", detached.Message, StringComparison.Ordinal);
        }

        IRunStore store = provider.GetRequiredService<IRunStore>();
        Committed before = await Committed.ReadAsync(store, runId);
        Assert.InRange(before.Attempts.Count, 1, Count - 1);
        clock.Advance(TimeSpan.FromMinutes(1));

        disk.Resize(megabytes: 16);
        await using OrchestrationRun resumed = await orchestrator.ResumeAsync(runId, TestEnd);
        RunResult result = await resumed.WaitAsync(TestEnd);

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(Count, (await Committed.ReadAsync(store, runId)).Attempts.Count);
        Assert.All(before.Attempts.Keys, key => Assert.Equal(1, done[key]));
    }

    [Fact(Explicit = true)]
    public async Task A_disk_that_is_read_only_is_said_and_what_is_on_it_stays()
    {
        using var disk = new SmallDisk(megabytes: 4);
        disk.MakeReadOnly();
        RunStoreException none = Assert.Throws<RunStoreException>(() => new SqliteRunStore(disk.Database, TimeProvider.System));
        Assert.Contains("cannot be opened or created", none.Message, StringComparison.Ordinal);
        disk.MakeWritable();
        using (var store = new SqliteRunStore(disk.Database, TimeProvider.System))
        {
            await SqliteFileTests.FillAsync(store, "run", 3);
        }

        disk.MakeReadOnly();
        RunStoreException refusal = Assert.Throws<RunStoreException>(() => new SqliteRunStore(disk.Database, TimeProvider.System));
        Assert.Contains(disk.Database, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("be writable", refusal.Message, StringComparison.Ordinal);
        disk.MakeWritable();
        using var again = new SqliteRunStore(disk.Database, TimeProvider.System);
        Assert.Equal(SqliteFileTests.Events(3), await SqliteFileTests.ReadAsync(again, "run"));
    }

    private static TaskPlan Plan() => TaskPlan.Create(plan =>
    {
        SubtaskRef before = plan.Add("s0", "fills");
        for (int i = 1; i < Count; i++)
        {
            before = plan.Add($"s{i}", "fills", after: [before]);
        }
    });

    private static ServiceProvider Services(SmallDisk disk, TimeProvider clock, ConcurrentDictionary<string, int> done)
    {
        var services = new ServiceCollection();
        services.AddSingleton(clock);
        services.AddAgentOrchestration().UseSqlite(disk.Database).AddTaskType<None, string>("fills", "Makes a large output.", (_, context, _) =>
        {
            done.AddOrUpdate(context.IdempotencyKey, 1, (_, times) => times + 1);
            return ValueTask.FromResult(new string('x', 8_000));
        });
        return services.BuildServiceProvider();
    }
}
