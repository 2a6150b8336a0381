using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Execution.Durability;

/// <summary>A store that fails for a time, or does not answer, on a clock that the test moves.</summary>
public sealed class FailingStoreTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private Func<CancellationToken, Task> _hold = stop => Task.Delay(Timeout.Infinite, stop);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_goes_on_with_a_run_when_its_store_has_been_repaired()
    {
        var memory = new MemoryRunStore(_clock);
        string runId;
        await using (ServiceProvider process = Process(memory))
        {
            await using OrchestrationRun run = await process.GetRequiredService<ITaskOrchestrator>().StartAsync(TaskPlan.Create(plan => plan.Add("hold", "hold")), TestEnd);
            await Engine.SeeAsync<AttemptStarted>(run);
            runId = run.RunId;
        }

        _hold = _ => Task.CompletedTask;
        int refused = 0;
        var full = new HoldingStore(memory, _ => refused++ < 2 ? throw new RunStoreException("The disk is full.") : Task.CompletedTask);
        await using (ServiceProvider process = Process(full, builder => builder.ResumeInterruptedRuns()))
        {
            await DurableHost.StartAsync(process);
            await AdvanceUntilAsync(async () => (await memory.FindAsync(runId, TestEnd))!.Outcome is not null);
            await DurableHost.StopAsync(process, CancellationToken.None);
        }

        Assert.Equal(RunOutcome.Succeeded, (await memory.FindAsync(runId, TestEnd))!.Outcome);
        Assert.True(refused > 2);
    }

    [Fact]
    public async Task When_a_lease_is_over_because_its_renewal_is_not_answered_the_code_is_told_to_stop()
    {
        var store = new HoldingStore(new MemoryRunStore(_clock), _ => Task.CompletedTask, () => Task.Delay(Timeout.Infinite, TestEnd));
        var told = new TaskCompletionSource();
        _hold = async stop =>
        {
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            told.SetResult();
        };
        await using ServiceProvider process = Process(store);
        OrchestrationRun run = await process.GetRequiredService<ITaskOrchestrator>().StartAsync(TaskPlan.Create(plan => plan.Add("hold", "hold")), TestEnd);
        await Engine.SeeAsync<AttemptStarted>(run);

        await AdvanceUntilAsync(() => Task.FromResult(told.Task.IsCompleted));

        Assert.Contains("could not be renewed in time", (await Assert.ThrowsAsync<RunDetachedException>(() => run.EndAsync())).Message, StringComparison.Ordinal);
        await run.DisposeAsync();
    }

    private ServiceProvider Process(IRunStore store, Action<IAgentOrchestrationBuilder>? also = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clock);
        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration().UseRunStore(store).AddTaskType("hold", "Waits.", async (None _, TaskContext _, CancellationToken stop) =>
        {
            await _hold(stop);
            return 1;
        });
        also?.Invoke(builder);
        return services.BuildServiceProvider();
    }

    private async Task AdvanceUntilAsync(Func<Task<bool>> isDone)
    {
        while (!await isDone())
        {
            TestEnd.ThrowIfCancellationRequested();
            _clock.Advance(TimeSpan.FromSeconds(1));
            for (int i = 0; i < 100 && (i == 0 || ThreadPool.PendingWorkItemCount > 0); i++)
            {
                await Task.Yield();
            }
        }
    }
}
