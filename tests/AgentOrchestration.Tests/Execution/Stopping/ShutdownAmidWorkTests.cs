using AgentOrchestration.Execution;
using AgentOrchestration.Graph;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

#pragma warning disable CA2025 // Whatever uses a process is awaited before the process goes.

namespace AgentOrchestration.Tests.Execution.Stopping;

/// <summary>A host stops while runs start, resume and are disposed of, and while its store does not answer.</summary>
public sealed class ShutdownAmidWorkTests
{
    private readonly Checkpoint _checkpoint = new();
    private readonly Checkpoint _start = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_host_that_stops_waits_for_runs_that_are_starting_and_detaches_them(bool isResumed)
    {
        DurableHost host = Create();
        string? runId = isResumed ? await LeaveAsync(host) : null;
        await using ServiceProvider process = host.NewProcess(also: UseSlowStart);
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(process);
        await DurableHost.StartAsync(process);
        Task<OrchestrationRun> starting = isResumed ? orchestrator.ResumeAsync(runId!, TestEnd) : orchestrator.StartAsync(Plan(), TestEnd);
        await _start.Reached;

        Task stopping = DurableHost.StopAsync(process, CancellationToken.None);
        Assert.False(stopping.IsCompleted);
        _start.Open();
        await stopping.InTimeAsync();

        Assert.Null(Assert.Single(await host.RunsAsync()).Lease);
        await Assert.ThrowsAsync<RunDetachedException>(async () => await (await starting).WaitAsync(TestEnd));
        _checkpoint.Open();
        Assert.Equal(RunOutcome.Succeeded, (await host.ResumeToEndAsync(await host.OnlyRunIdAsync())).Outcome);
    }

    [Fact]
    public async Task A_start_that_does_not_return_holds_up_no_shutdown()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess(also: UseSlowStart);
        await DurableHost.StartAsync(process);
        Task<OrchestrationRun> starting = DurableHost.OrchestratorOf(process).StartAsync(Plan(), TestEnd);
        await _start.Reached;

        await DurableHost.StopAsync(process, new CancellationToken(canceled: true)).InTimeAsync();

        _start.Open();
        await Assert.ThrowsAsync<RunDetachedException>(async () => await (await starting).WaitAsync(TestEnd));
    }

    [Fact]
    public async Task A_run_in_memory_that_starts_while_the_host_stops_is_cancelled_and_its_events_are_whole()
    {
        var services = new ServiceCollection();
        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration();
        AddTaskTypes(builder);
        UseSlowStart(builder);
        await using ServiceProvider process = services.BuildServiceProvider();
        await DurableHost.StartAsync(process);
        Task<OrchestrationRun> starting = DurableHost.OrchestratorOf(process).StartAsync(Plan(), TestEnd);
        await _start.Reached;
        Task stopping = DurableHost.StopAsync(process, CancellationToken.None);
        _start.Open();
        await stopping.InTimeAsync();

        await using OrchestrationRun run = await starting;
        Assert.Equal(RunOutcome.Cancelled, (await run.EndAsync()).Outcome);
        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);
        Assert.IsType<RunStarted>(events[0]);
        Assert.IsType<RunEnded>(events[^1]);
        Assert.Single(events.OfType<SubtaskCancelled>().Cast<RunEvent>().Concat(events.OfType<SubtaskSkipped>()));
    }

    [Fact]
    public async Task A_run_that_its_holder_disposes_of_keeps_its_lease_no_longer_than_the_shutdown_may_take()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess();
        await DurableHost.StartAsync(process);
        OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(Plan("deaf"), TestEnd);
        await _checkpoint.Reached;
        Task disposing = run.DisposeAsync().AsTask();

        await DurableHost.StopAsync(process, new CancellationToken(canceled: true)).InTimeAsync();

        Assert.Null((await host.Store.FindAsync(run.RunId, TestEnd))!.Lease);
        Assert.False(disposing.IsCompleted);
        await process.DisposeAsync().AsTask().InTimeAsync();
        _checkpoint.Open();
        await disposing;
    }

    [Fact]
    public async Task A_store_that_does_not_answer_holds_up_no_shutdown()
    {
        DurableHost host = Create();
        var answer = new TaskCompletionSource();
        int appends = 0;
        var store = new HoldingStore(host.Store, _ => Interlocked.Increment(ref appends) > 1 ? answer.Task : Task.CompletedTask);
        ServiceProvider process = host.NewProcess(store);
        await DurableHost.StartAsync(process);
        OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(Plan(), TestEnd);
        await _checkpoint.Reached;
        _checkpoint.Open();
        await store.Held.InTimeAsync();

        await DurableHost.StopAsync(process, new CancellationToken(canceled: true)).InTimeAsync();

        Assert.Null((await host.Store.FindAsync(run.RunId, TestEnd))!.Lease);
        await process.DisposeAsync().AsTask().InTimeAsync();
        answer.SetResult();
        await run.DisposeAsync().AsTask().InTimeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_fails_after_the_shutdown_has_begun_says_nothing_about_the_work(bool isDurable)
    {
        DurableHost host = Create();
        var closing = new Checkpoint();
        void UseSlowClose(IAgentOrchestrationBuilder builder)
        {
            builder.Services.AddKeyedSingleton("close", closing);
            builder.UseExecutor((services, inner) => new SlowToClose(inner, services.GetRequiredKeyedService<Checkpoint>("close")));
        }

        var inMemory = new ServiceCollection();
        IAgentOrchestrationBuilder memory = inMemory.AddAgentOrchestration();
        AddTaskTypes(memory);
        UseSlowClose(memory);
        await using ServiceProvider process = isDurable ? host.NewProcess(also: UseSlowClose) : inMemory.BuildServiceProvider();
        await DurableHost.StartAsync(process);
        OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(Plan("nest"), TestEnd);
        await _checkpoint.Reached;

        Task stopping = DurableHost.StopAsync(process, CancellationToken.None);
        await closing.Reached;
        _checkpoint.Open();

        if (isDurable)
        {
            await Assert.ThrowsAsync<RunDetachedException>(() => run.EndAsync());
        }
        else
        {
            Assert.Equal(RunOutcome.Cancelled, (await run.EndAsync()).Outcome);
        }

        closing.Open();
        await stopping.InTimeAsync();
        if (isDurable)
        {
            Assert.Equal((null, null), (await host.Store.FindAsync(run.RunId, TestEnd)) is { } left ? (left.Outcome, left.Lease) : default);
        }
    }

    private static TaskPlan Plan(string taskType = "hold") => TaskPlan.Create(plan => plan.Add("only", taskType));

    private async Task<string> LeaveAsync(DurableHost host)
    {
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(Plan(), TestEnd);
        return run.RunId;
    }

    private DurableHost Create() => new(AddTaskTypes);

    private void UseSlowStart(IAgentOrchestrationBuilder builder)
    {
        builder.Services.AddKeyedSingleton("start", _start);
        builder.UseExecutor((services, inner) => new SlowToStart(inner, services.GetRequiredKeyedService<Checkpoint>("start")));
    }

    private void AddTaskTypes(IAgentOrchestrationBuilder builder) => builder
        .AddTaskType("hold", "Waits.", (None _, TaskContext _, CancellationToken stop) => WorkAsync(stop))
        .AddTaskType("nest", "Starts another run, after a wait that nothing interrupts.", async (None _, TaskContext context, CancellationToken _) =>
        {
            await _checkpoint.PassAsync(CancellationToken.None);
            await using OrchestrationRun nested = await context.Services.GetRequiredService<ITaskOrchestrator>().StartAsync(Plan(), CancellationToken.None);
            return (await nested.WaitAsync(CancellationToken.None)).Outcome;
        })
        .AddTaskType("deaf", "Ignores that it is told to stop.", (None _, TaskContext _, CancellationToken _) => WorkAsync(CancellationToken.None));

    private async ValueTask<int> WorkAsync(CancellationToken stop)
    {
        await _checkpoint.PassAsync(stop);
        return 1;
    }

    private sealed class SlowToStart(IExecutor inner, Checkpoint start) : DelegatingExecutor(inner)
    {
        public override async ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken)
        {
            await start.PassAsync(CancellationToken.None);
            return await base.StartAsync(graph, options, cancellationToken);
        }

        public override async ValueTask<IRunHandle> ResumeAsync(RunResumption run, CancellationToken cancellationToken)
        {
            await start.PassAsync(CancellationToken.None);
            return await base.ResumeAsync(run, cancellationToken);
        }
    }

    private sealed class SlowToClose(IExecutor inner, Checkpoint close) : DelegatingExecutor(inner)
    {
        public override async ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken) =>
            new SlowHandle(await base.StartAsync(graph, options, cancellationToken), close);
    }

    private sealed class SlowHandle(IRunHandle inner, Checkpoint close) : DelegatingRunHandle(inner)
    {
        public override async ValueTask CloseAsync(CancellationToken graceEnd)
        {
            await close.PassAsync(CancellationToken.None);
            await base.CloseAsync(graceEnd);
        }
    }
}
