using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Execution.Durability;

/// <summary>Two hosts on one store, whose clocks do what clocks do.</summary>
public sealed class LeaseTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Checkpoint _checkpoint = new();
    private int _begun;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(8, 0)]
    [InlineData(-8, 0)]
    [InlineData(0, 8)]
    [InlineData(0, -8)]
    public async Task A_run_is_driven_once_whatever_the_time_of_day_is_where(int hoursHere, int hoursThere)
    {
        var store = new MemoryRunStore(_time);
        var here = new SkewedClock(_time);
        var there = new SkewedClock(_time) { Skew = TimeSpan.FromHours(hoursThere) };
        await using ServiceProvider first = NewProcess(store, here);
        await using ServiceProvider second = NewProcess(store, there);
        await DurableHost.StartAsync(first);
        await DurableHost.StartAsync(second);
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(first).StartAsync(TaskPlan.Create(plan => plan.Add("hold", "hold")), TestEnd);
        await _checkpoint.Reached;

        here.Skew = TimeSpan.FromHours(hoursHere);
        await PassAsync(store, run.RunId, TimeSpan.FromMinutes(2));
        _checkpoint.Open();

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(1, _begun);
        await DurableHost.StopAsync(first, CancellationToken.None);
        await DurableHost.StopAsync(second, CancellationToken.None);
    }

    [Fact]
    public async Task A_host_does_not_take_over_a_run_that_it_drives_though_its_store_says_that_the_lease_is_over()
    {
        // The store's clock has gone on, this process's has not: as after a suspension that only one of them counts.
        var storeTime = new FakeTimeProvider(_time.GetUtcNow());
        var store = new MemoryRunStore(storeTime);
        await using ServiceProvider process = NewProcess(store, _time);
        await DurableHost.StartAsync(process);
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("hold", "hold")), TestEnd);
        await _checkpoint.Reached;

        storeTime.Advance(TimeSpan.FromHours(8));
        Assert.False((await store.FindAsync(run.RunId, TestEnd))!.IsLeased);
        await PassAsync(store, run.RunId, TimeSpan.FromMinutes(2));
        Assert.True((await store.FindAsync(run.RunId, TestEnd))!.IsLeased);
        _checkpoint.Open();

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(1, _begun);
        await DurableHost.StopAsync(process, CancellationToken.None);
    }

    [Fact]
    public async Task What_was_suspended_until_another_took_its_run_says_so_and_the_other_ends_it()
    {
        var store = new MemoryRunStore(_time);
        var suspended = new FakeTimeProvider(_time.GetUtcNow());
        await using ServiceProvider first = NewProcess(store, suspended);
        OrchestrationRun run = await DurableHost.OrchestratorOf(first).StartAsync(TaskPlan.Create(plan => plan.Add("hold", "hold")), TestEnd);
        await _checkpoint.Reached;
        _time.Advance(TimeSpan.FromMinutes(1));
        await using ServiceProvider second = NewProcess(store, _time);
        await using OrchestrationRun taken = await DurableHost.OrchestratorOf(second).ResumeAsync(run.RunId, TestEnd);
        _checkpoint.Open();
        Assert.Equal(RunOutcome.Succeeded, (await taken.EndAsync()).Outcome);

        suspended.Advance(TimeSpan.FromMinutes(1));

        RunDetachedException lost = await Assert.ThrowsAsync<RunDetachedException>(() => run.EndAsync());
        Assert.Contains("another process has taken it over", lost.Message, StringComparison.Ordinal);
        await run.DisposeAsync();
    }

    [Theory]
    [InlineData(2.9, false)]
    [InlineData(3, true)]
    [InlineData(86_400, true)]
    [InlineData(86_401, false)]
    public void How_long_leases_are_valid_is_an_option_from_3_seconds(double seconds, bool isValid)
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration(options => options.LeaseDuration = TimeSpan.FromSeconds(seconds));
        using ServiceProvider provider = services.BuildServiceProvider();

        if (isValid)
        {
            Assert.Equal(seconds, provider.GetRequiredService<IOptions<AgentOrchestrationOptions>>().Value.LeaseDuration.TotalSeconds);
        }
        else
        {
            Assert.Contains("LeaseDuration", Assert.Throws<OptionsValidationException>(provider.GetRequiredService<ITaskOrchestrator>).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_lease_is_taken_for_the_time_of_the_option()
    {
        var store = new MemoryRunStore(_time);
        await using ServiceProvider process = NewProcess(store, _time, options => options.LeaseDuration = TimeSpan.FromSeconds(5));
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("hold", "hold")), TestEnd);

        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(5), (await store.FindAsync(run.RunId, TestEnd))!.Lease!.ExpiresAt);
        _checkpoint.Open();
    }

    /// <summary>Time goes by in small steps, and both the thread that renews and the pool come to their turns.</summary>
    private async Task PassAsync(MemoryRunStore store, string runId, TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            StoredRun run;
            do
            {
                TestEnd.ThrowIfCancellationRequested();
                await Task.Yield();
                run = (await store.FindAsync(runId, TestEnd))!;
            }
            while (ThreadPool.PendingWorkItemCount > 0 || run.Lease!.ExpiresAt - _time.GetUtcNow() < TimeSpan.FromSeconds(15));
        }
    }

    private ServiceProvider NewProcess(IRunStore store, TimeProvider clock, Action<AgentOrchestrationOptions>? options = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(clock);
        services.AddAgentOrchestration(options).UseRunStore(store).ResumeInterruptedRuns().AddTaskType("hold", "Waits.", async (None _, TaskContext _, CancellationToken stop) =>
        {
            Interlocked.Increment(ref _begun);
            await _checkpoint.PassAsync(stop);
            return 1;
        });
        return services.BuildServiceProvider();
    }
}
