using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Stopping;

/// <summary>A host that stops, or a container that is disposed of, leaves nothing behind.</summary>
public sealed class ShutdownTests
{
    private readonly Checkpoint _checkpoint = new();
    private int _told;
    private int _begun;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_that_stops_detaches_the_durable_runs_that_the_application_has_started()
    {
        DurableHost host = Create();
        await using ServiceProvider first = host.NewProcess();
        await DurableHost.StartAsync(first);
        OrchestrationRun run = await StartManyAsync(first);
        await _checkpoint.Reached;

        await DurableHost.StopAsync(first, CancellationToken.None);

        StoredRun left = (await host.Store.FindAsync(run.RunId, TestEnd))!;
        Assert.Equal((null, null), (left.Outcome, left.Lease));
        Assert.InRange(_told, 1, 5);
        Assert.Equal(_begun, _told);
        RunDetachedException detached = await Assert.ThrowsAsync<RunDetachedException>(() => run.EndAsync());
        Assert.Contains("its host has shut down", detached.Message, StringComparison.Ordinal);
        _checkpoint.Open();
        Assert.Equal(20, (await host.ResumeToEndAsync(run.RunId)).Succeeded.Count());
        await run.DisposeAsync();
    }

    [Fact]
    public async Task A_host_that_stops_cancels_the_runs_in_memory()
    {
        await using ServiceProvider process = InMemory();
        await DurableHost.StartAsync(process);
        OrchestrationRun run = await StartManyAsync(process);
        await _checkpoint.Reached;

        await DurableHost.StopAsync(process, CancellationToken.None);

        RunResult result = await run.EndAsync();
        Assert.Equal(RunOutcome.Cancelled, result.Outcome);
        Assert.Empty(result.Failed);
        Assert.Equal(_begun, _told);
    }

    [Fact]
    public async Task Code_that_ignores_its_token_keeps_the_lease_no_longer_than_the_shutdown_may_take()
    {
        DurableHost host = Create(hears: false);
        await using ServiceProvider first = host.NewProcess();
        await DurableHost.StartAsync(first);
        OrchestrationRun run = await StartManyAsync(first);
        await _checkpoint.Reached;
        using var shutdownTimeout = new CancellationTokenSource();

#pragma warning disable CA2025 // It is awaited before the source goes.
        Task stopping = DurableHost.StopAsync(first, shutdownTimeout.Token);
#pragma warning restore CA2025
        Assert.NotNull((await host.Store.FindAsync(run.RunId, TestEnd))!.Lease);
        await shutdownTimeout.CancelAsync();
        await stopping;

        Assert.Null((await host.Store.FindAsync(run.RunId, TestEnd))!.Lease);
        _checkpoint.Open();
    }

    [Fact]
    public async Task After_the_shutdown_no_run_is_started_or_resumed()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess();
        await DurableHost.StartAsync(process);
        OrchestrationRun run = await StartManyAsync(process);
        await DurableHost.StopAsync(process, CancellationToken.None);

        Assert.Contains("has shut down", (await Assert.ThrowsAsync<InvalidOperationException>(() => StartManyAsync(process))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "has shut down",
            (await Assert.ThrowsAsync<InvalidOperationException>(() => DurableHost.OrchestratorOf(process).ResumeAsync(run.RunId, TestEnd))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disposing_of_the_container_detaches_durable_runs(bool isAsynchronous)
    {
        DurableHost host = Create();
        ServiceProvider first = host.NewProcess();
        OrchestrationRun run = await StartManyAsync(first);
        await _checkpoint.Reached;

        if (isAsynchronous)
        {
            await first.DisposeAsync();
        }
        else
        {
            first.Dispose();
        }

        Assert.Null((await host.Store.FindAsync(run.RunId, TestEnd))!.Lease);
        Assert.Equal(_begun, _told);
        _checkpoint.Open();
        Assert.Equal(20, (await host.ResumeToEndAsync(run.RunId)).Succeeded.Count());
    }

    [Fact]
    public async Task Disposing_of_the_container_cancels_runs_in_memory()
    {
        ServiceProvider process = InMemory();
        OrchestrationRun run = await StartManyAsync(process);
        await _checkpoint.Reached;

        await process.DisposeAsync();

        RunResult result = await run.EndAsync();
        Assert.Equal(RunOutcome.Cancelled, result.Outcome);
        Assert.Empty(result.Failed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_fails_because_its_container_is_being_disposed_of_says_nothing_about_the_work(bool isDurable)
    {
        DurableHost host = Create();
        ServiceProvider first = isDurable ? host.NewProcess() : InMemory();
        OrchestrationRun run = await DurableHost.OrchestratorOf(first).StartAsync(
            TaskPlan.Create(plan =>
            {
                SubtaskRef previous = plan.Add("a0", "use");
                for (int i = 1; i < 10; i++)
                {
                    previous = plan.Add($"a{i}", "use", after: [previous]);
                }
            }),
            TestEnd);
        SlowToClose slow = first.GetRequiredService<SlowToClose>();
        await _checkpoint.Reached;

        // The container is disposing of what was made last, and makes nothing any more, while the run goes on.
        Task disposing = first.DisposeAsync().AsTask();
        await slow.Closing.WaitAsync(TestEnd);
        _checkpoint.Open();
        if (isDurable)
        {
            Assert.Contains("services", (await Assert.ThrowsAsync<RunDetachedException>(() => run.EndAsync())).Message, StringComparison.Ordinal);
        }
        else
        {
            RunResult cancelled = await run.EndAsync();
            Assert.Equal((RunOutcome.Cancelled, 0), (cancelled.Outcome, cancelled.Failed.Count()));
        }

        slow.Close();
        await disposing;
        if (isDurable)
        {
            Assert.Equal(10, (await host.ResumeToEndAsync(run.RunId)).Succeeded.Count());
        }
    }

    private static Task<OrchestrationRun> StartManyAsync(ServiceProvider process) => DurableHost.OrchestratorOf(process).StartAsync(
        TaskPlan.Create(plan =>
        {
            for (int i = 0; i < 20; i++)
            {
                plan.Add($"a{i}", "hold", i);
            }
        }),
        TestEnd);

    private DurableHost Create(bool hears = true) => new(builder => AddTaskTypes(builder, hears));

    private ServiceProvider InMemory()
    {
        var services = new ServiceCollection();
        AddTaskTypes(services.AddAgentOrchestration(), hears: true);
        return services.BuildServiceProvider();
    }

    private void AddTaskTypes(IAgentOrchestrationBuilder builder, bool hears)
    {
        builder.Services.AddSingleton<SlowToClose>().AddTransient<Checkpoint>();
        builder.AddTaskType("hold", "Waits.", async (int number, TaskContext _, CancellationToken stop) =>
        {
            Interlocked.Increment(ref _begun);
            try
            {
                await _checkpoint.PassAsync(hears ? stop : CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _told);
                throw;
            }

            return number;
        });
        builder.AddTaskType("use", "Uses a service.", async (None _, TaskContext context, CancellationToken _) =>
        {
            await _checkpoint.PassAsync(CancellationToken.None);
            return context.Services.GetRequiredService<Checkpoint>().Reached.IsCompleted;
        });
    }

    private sealed class SlowToClose : IAsyncDisposable
    {
        private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _mayClose = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Closing => _closing.Task;

        public void Close() => _mayClose.SetResult();

        public async ValueTask DisposeAsync()
        {
            _closing.SetResult();
            await _mayClose.Task;
        }
    }
}
