using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Durability;

/// <summary>A run is reached by its id in the process that drives it.</summary>
public sealed class FindTests
{
    private readonly Checkpoint _checkpoint = new();
    private int _begun;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sink_that_receives_a_question_answers_it_although_only_RunAsync_has_the_run()
    {
        var sink = new ApprovingSink();
        var services = new ServiceCollection();
        services.AddChatClient(new Testing.ScriptedChatClient().Answer("""{"subtasks":[{"id":"a","type":"pay"}]}""").Otherwise(_ => "41"));
        services.AddSingleton<IRunEventSink>(sink);
        services.AddAgentOrchestration().AddTaskType("pay", "Pays.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(41), type => type.RequiresApproval = true);
        await using ServiceProvider process = services.BuildServiceProvider();
        sink.Orchestrator = process.GetRequiredService<ITaskOrchestrator>();

        Assert.Equal(41, await sink.Orchestrator.RunAsync<int>(new OrchestrationRequest("Pay."), TestEnd));
        Assert.Null(sink.Orchestrator.Find(sink.RunId!));
    }

    [Fact]
    public async Task What_a_host_has_picked_up_is_watched_and_approved()
    {
        DurableHost host = Create();
        string runId = await LeaveAsync(host, "pay");
        await using ServiceProvider process = host.NewProcess(also: builder => builder.ResumeInterruptedRuns());
        await DurableHost.StartAsync(process);
        OrchestrationRun found = await FoundAsync(DurableHost.OrchestratorOf(process), runId);

        await found.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(found), cancellationToken: TestEnd);

        Assert.Equal(RunOutcome.Succeeded, (await found.EndAsync()).Outcome);
        await DurableHost.StopAsync(process, CancellationToken.None);
    }

    [Fact]
    public async Task What_is_found_is_not_held_and_disposing_of_it_changes_nothing()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess();
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(process);
        await using OrchestrationRun run = await orchestrator.StartAsync(TaskPlan.Create(plan => plan.Add("hold", "hold")), TestEnd);

        await orchestrator.Find(run.RunId)!.DisposeAsync();
        _checkpoint.Open();

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task Resuming_a_run_that_this_process_drives_gives_that_run_and_the_last_holder_detaches_it()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess();
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(process);
        OrchestrationRun run = await orchestrator.StartAsync(TaskPlan.Create(plan => plan.Add("hold", "hold")), TestEnd);
        await _checkpoint.Reached;

        OrchestrationRun again = await orchestrator.ResumeAsync(run.RunId, TestEnd);
        await run.DisposeAsync();
        await run.DisposeAsync();
        Assert.NotNull(orchestrator.Find(run.RunId));
        Assert.Equal(1, _begun);
        await again.DisposeAsync();

        Assert.Null(orchestrator.Find(run.RunId));
        Assert.Null((await host.Store.FindAsync(run.RunId, TestEnd))!.Lease);
    }

    [Fact]
    public async Task A_run_that_is_being_detached_is_resumed_when_its_code_has_returned()
    {
        var grace = TimeSpan.FromSeconds(2_345);
        DurableHost host = new(AddTaskTypes, options => options.Runs.CancellationGracePeriod = grace);
        await using ServiceProvider process = host.NewProcess();
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(process);
        OrchestrationRun run = await orchestrator.StartAsync(TaskPlan.Create(plan => plan.Add("deaf", "deaf")), TestEnd);
        await _checkpoint.Reached;

        Task waiting = host.Clock.TimerOf(grace);
        Task disposing = run.DisposeAsync().AsTask();
        Task<OrchestrationRun> resuming = orchestrator.ResumeAsync(run.RunId, TestEnd);
        await Task.WhenAny(waiting, resuming).InTimeAsync();
        Assert.False(resuming.IsCompleted);
        Assert.Equal(1, _begun);
        _checkpoint.Open();

        await using OrchestrationRun again = await resuming.InTimeAsync();
        await disposing;
        Assert.Equal(RunOutcome.Succeeded, (await again.EndAsync()).Outcome);
        Assert.Equal(2, _begun);
    }

    [Fact]
    public async Task Many_who_resume_a_run_at_once_get_one_run()
    {
        DurableHost host = Create();
        string runId = await LeaveAsync(host, "hold");
        _begun = 0;
        await using ServiceProvider process = host.NewProcess();
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(process);

        OrchestrationRun[] runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => orchestrator.ResumeAsync(runId, TestEnd))));
        _checkpoint.Open();

        foreach (OrchestrationRun run in runs)
        {
            Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
            await run.DisposeAsync();
        }

        Assert.Equal(1, _begun);
    }

    [Fact]
    public async Task A_caller_that_cancels_RunAsync_does_not_wait_for_code_that_ignores_its_token()
    {
        var services = new ServiceCollection();
        services.AddChatClient(new Testing.ScriptedChatClient().Answer("""{"subtasks":[{"id":"a","type":"deaf"}]}""").Otherwise(_ => "41"));
        AddTaskTypes(services.AddAgentOrchestration());
        await using ServiceProvider process = services.BuildServiceProvider();
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);

        Task<int> answer = process.GetRequiredService<ITaskOrchestrator>().RunAsync<int>(new OrchestrationRequest("Go."), caller.Token);
        await _checkpoint.Reached;
        await caller.CancelAsync();

        // Its code goes on, and returns only now.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        _checkpoint.Open();
    }

    private static async Task<OrchestrationRun> FoundAsync(ITaskOrchestrator orchestrator, string runId)
    {
        OrchestrationRun? found;
        while ((found = orchestrator.Find(runId)) is null)
        {
            TestEnd.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        return found;
    }

    private async Task<string> LeaveAsync(DurableHost host, string taskType)
    {
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("only", taskType)), TestEnd);
        return run.RunId;
    }

    private DurableHost Create() => new(AddTaskTypes);

    private void AddTaskTypes(IAgentOrchestrationBuilder builder)
    {
        builder.AddTaskType("pay", "Pays.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1), type => type.RequiresApproval = true);
        builder.AddTaskType("hold", "Waits.", (None _, TaskContext _, CancellationToken stop) => WorkAsync(stop));
        builder.AddTaskType("deaf", "Ignores that it is told to stop.", (None _, TaskContext _, CancellationToken _) => WorkAsync(CancellationToken.None));
    }

    private async ValueTask<int> WorkAsync(CancellationToken stop)
    {
        Interlocked.Increment(ref _begun);
        await _checkpoint.PassAsync(stop);
        return 1;
    }

    private sealed class ApprovingSink : IRunEventSink
    {
        public ITaskOrchestrator? Orchestrator { get; set; }

        public string? RunId { get; private set; }

        public bool IsEnabled => true;

        public void OnEvent(string runId, RunEvent runEvent)
        {
            if (runEvent is ApprovalRequested question)
            {
                RunId = runId;
                _ = Orchestrator!.Find(runId)!.ApproveAsync(question);
            }
        }
    }
}
