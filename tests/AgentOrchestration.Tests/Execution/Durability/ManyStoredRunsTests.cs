using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Durability;

/// <summary>Many runs in one store: what is asked for each of them is asked for some of them at once, and never for all.</summary>
public sealed class ManyStoredRunsTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_resumes_16_interrupted_runs_at_once_and_no_more()
    {
        const int Runs = 40;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int left = Runs + 1;
        var host = new DurableHost(builder => builder.AddTaskType("count", "Counts.", (None _, TaskContext _, CancellationToken _) =>
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                ended.SetResult();
            }

            return ValueTask.FromResult(1);
        }));
        await StoreAsync(host, Runs);
        using var store = new CrowdStore(host.Store, crowd: 16, Runs);
        await using ServiceProvider process = host.NewProcess(store, builder => builder.ResumeInterruptedRuns());

        // Before the process: it waits for what the store holds.
        using CrowdStore letsGo = store;

        await DurableHost.StartAsync(process);

        await ended.Task.InTimeAsync(() => $"{left} of {Runs} runs are not resumed; at most {store.Largest} were at once.");
        Assert.Equal(16, store.Largest);
        await DurableHost.StopAsync(process, CancellationToken.None);
    }

    [Fact]
    public async Task Runs_that_have_ended_are_deleted_64_at_once_and_no_more()
    {
        const int Runs = 150;
        var inner = new MemoryRunStore(TimeProvider.System);
        for (int i = 0; i < Runs; i++)
        {
            RunLease lease = (await inner.CreateAsync(new NewRun($"run-{i}", DateTimeOffset.UnixEpoch, "{}"u8.ToArray()), "owner", TimeSpan.FromMinutes(1), TestEnd))!;
            await inner.AppendAsync(new JournalAppend { Lease = lease, Sequence = 0, Events = ["{}"u8.ToArray()], Outcome = RunOutcome.Succeeded }, TestEnd);
            await inner.ReleaseLeaseAsync(lease, TestEnd);
        }

        using var store = new CrowdStore(inner, crowd: 64, Runs);

        Assert.Equal(Runs, await store.DeleteEndedAsync(DateTimeOffset.MaxValue, TestEnd).InTimeAsync(() => $"At most {store.Largest} were deleted at once."));

        Assert.Equal(64, store.Largest);
        Assert.Empty(await inner.ListAsync(new RunQuery(), TestEnd).ToArrayAsync(TestEnd));
    }

    [Fact]
    public async Task The_first_event_of_a_long_journal_costs_what_that_of_a_short_one_costs()
    {
        var store = new MemoryRunStore(TimeProvider.System);
        await FillAsync("short", 100);
        await FillAsync("long", 100_000);
        await ReadFirstAsync("short");

        long few = await ReadFirstAsync("short");
        long many = await ReadFirstAsync("long");

        Assert.True(many < 2 * few, $"{many} bytes of 100,000 events, {few} bytes of 100.");

        async Task FillAsync(string runId, int events)
        {
            RunLease lease = (await store.CreateAsync(new NewRun(runId, DateTimeOffset.UnixEpoch, "{}"u8.ToArray()), "owner", TimeSpan.FromMinutes(1), TestEnd))!;
            await store.AppendAsync(new JournalAppend { Lease = lease, Sequence = 0, Events = [.. Enumerable.Repeat((ReadOnlyMemory<byte>)"{}"u8.ToArray(), events)] }, TestEnd);
        }

        async Task<long> ReadFirstAsync(string runId)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            await foreach (ReadOnlyMemory<byte> _ in store.ReadAsync(runId, 0, TestEnd))
            {
                break;
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    /// <summary>Stores runs that were made, and whose process died before anything else.</summary>
    private static async Task StoreAsync(DurableHost host, int count)
    {
        await using ServiceProvider first = host.NewProcess();
        await using (OrchestrationRun run = await DurableHost.OrchestratorOf(first).StartAsync(TaskPlan.Create(plan => plan.Add("count", "count")), TestEnd))
        {
            await run.EndAsync();
        }

        string model = await host.OnlyRunIdAsync();
        ReadOnlyMemory<byte> header = (await host.Store.ReadHeaderAsync(model, TestEnd))!.Value;
        await host.Store.DeleteAsync(model, TestEnd);
        for (int i = 0; i < count; i++)
        {
            RunLease lease = (await host.Store.CreateAsync(new NewRun($"run-{i}", host.Clock.GetUtcNow(), header), "dead", TimeSpan.FromSeconds(1), TestEnd))!;
            await host.Store.ReleaseLeaseAsync(lease, TestEnd);
        }
    }
}
