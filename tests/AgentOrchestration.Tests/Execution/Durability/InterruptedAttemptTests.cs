using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Durability;

/// <summary>Attempts that were running when their process died, or that somebody no longer wants when they are about to go on.</summary>
public sealed class InterruptedAttemptTests
{
    private int _running;
    private int _mostRunning;
    private Func<CancellationToken, Task> _hold = _ => Task.CompletedTask;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("subtask-cancel-requested")]
    [InlineData("attempt-timed-out")]
    public async Task What_was_to_stop_ends_and_what_can_do_without_it_starts_once(string last)
    {
        DurableHost host = Create();
        var plan = TaskPlan.Create(plan => plan.Add("after", "work", options: new() { Optional = [plan.Add("stops", last == "attempt-timed-out" ? "short" : "hold")] }));
        string runId;
        _hold = stop => Task.Delay(Timeout.Infinite, stop);
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestEnd);
            await Engine.SeeAsync<AttemptStarted>(run);
            if (last == "subtask-cancel-requested")
            {
                await run.CancelAsync("stops", TestEnd);
            }

            await run.EndAsync();
            runId = run.RunId;
        }

        // As if the process had died before the code returned.
        MemoryRunStore cut = await host.CutAsync(runId, Array.FindIndex(await host.JournalAsync(runId), line => line.Contains(last, StringComparison.Ordinal)) + 1);
        await using ServiceProvider next = host.NewProcess(cut);
        await using (OrchestrationRun run = await DurableHost.OrchestratorOf(next).ResumeAsync(runId, TestEnd))
        {
            RunResult result = await run.EndAsync();
            Assert.Equal((SubtaskState.Succeeded, 1), (result["after"].State, result["after"].Attempts));
            Assert.NotEqual(SubtaskState.Succeeded, result["stops"].State);
            Assert.Single((await Engine.EventsAsync(run)).OfType<AttemptStarted>(), started => started.SubtaskId == "after");
        }

        await using OrchestrationRun read = await DurableHost.OrchestratorOf(next).ResumeAsync(runId, TestEnd);
        Assert.Equal(SubtaskState.Succeeded, (await read.EndAsync())["after"].State);
    }

    [Theory]
    [InlineData("attempt-started")]
    [InlineData("attempt-timed-out")]
    public async Task What_a_process_that_died_may_have_used_counts_as_expected(string last)
    {
        DurableHost host = Create(options => options.Runs.Budget = new RunBudget { MaxTokens = 1_000 });
        _hold = stop => Task.Delay(Timeout.Infinite, stop);
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("only", "short")), TestEnd);
            await run.EndAsync();
            runId = run.RunId;
        }

        MemoryRunStore cut = await host.CutAsync(runId, Array.FindIndex(await host.JournalAsync(runId), line => line.Contains(last, StringComparison.Ordinal)) + 1);
        _hold = _ => Task.CompletedTask;
        await using ServiceProvider next = host.NewProcess(cut);
        await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(next).ResumeAsync(runId, TestEnd);
        RunResult result = await resumed.EndAsync();

        Assert.Equal(30, result.Run.Usage.Tokens);
    }

    [Fact]
    public async Task Whoever_no_longer_wants_to_go_on_gives_the_run_back_when_its_code_has_returned()
    {
        DurableHost host = Create();
        _hold = stop => Task.Delay(Timeout.Infinite, stop);
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("only", "hold")), TestEnd);
            await Engine.SeeAsync<AttemptStarted>(run);
            runId = run.RunId;
        }

        using var impatience = new CancellationTokenSource();
        var written = new TaskCompletionSource();
        var store = new HoldingStore(host.Store, _ => written.Task);
        await using (ServiceProvider process = host.NewProcess(store))
        {
            Task<OrchestrationRun> resuming = DurableHost.OrchestratorOf(process).ResumeAsync(runId, impatience.Token);
            await store.Held;
            await impatience.CancelAsync();
            written.SetResult();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resuming);

            Assert.Null((await host.Store.FindAsync(runId, TestEnd))!.Lease);
            _hold = _ => Task.CompletedTask;
            Assert.Equal(RunOutcome.Succeeded, (await host.ResumeToEndAsync(runId)).Outcome);
            Assert.Equal((0, 1), (_running, _mostRunning));
        }
    }

    [Fact]
    public async Task A_run_that_died_before_its_first_event_is_not_cancelled_by_a_host_that_stops()
    {
        DurableHost host = Create();
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("only", "hold")), TestEnd);
            await run.EndAsync();
            runId = run.RunId;
        }

        MemoryRunStore cut = await host.CutAsync(runId, events: 0);
        using var impatience = new CancellationTokenSource();
        var written = new TaskCompletionSource();
        var store = new HoldingStore(cut, _ => written.Task);
        await using (ServiceProvider process = host.NewProcess(store))
        {
            Task<OrchestrationRun> resuming = DurableHost.OrchestratorOf(process).ResumeAsync(runId, impatience.Token);
            await store.Held;
            await impatience.CancelAsync();
            written.SetResult();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resuming);
        }

        await using ServiceProvider next = host.NewProcess(cut);
        await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(next).ResumeAsync(runId, TestEnd);
        Assert.Equal(RunOutcome.Succeeded, (await resumed.EndAsync()).Outcome);
    }

    [Fact]
    public async Task A_run_whose_start_is_cancelled_is_no_one_elses_to_go_on_with()
    {
        DurableHost host = Create();
        using var impatience = new CancellationTokenSource();
        var written = new TaskCompletionSource();
        var store = new HoldingStore(host.Store, _ => written.Task);
        await using ServiceProvider process = host.NewProcess(store);
        Task<OrchestrationRun> starting = DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("only", "hold")), impatience.Token);
        await store.Held;
        await impatience.CancelAsync();
        written.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);

        Assert.Equal(RunOutcome.Cancelled, (await host.ResumeToEndAsync(await host.OnlyRunIdAsync())).Outcome);
    }

    [Fact]
    public async Task To_cancel_a_run_that_was_left_is_an_error_and_no_silence()
    {
        DurableHost host = Create();
        _hold = stop => Task.Delay(Timeout.Infinite, stop);
        await using ServiceProvider process = host.NewProcess();
        OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("only", "hold")), TestEnd);
        await Engine.SeeAsync<AttemptStarted>(run);
        await run.DisposeAsync();

        await Assert.ThrowsAsync<RunDetachedException>(async () => await run.CancelAsync(TestEnd));
    }

    private DurableHost Create(Action<AgentOrchestrationOptions>? options = null) => new(
        builder => builder
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
            .AddTaskType("hold", "Waits.", (None _, TaskContext _, CancellationToken stop) => HoldAsync(stop))
            .AddTaskType("short", "Waits for a short time.", (None _, TaskContext _, CancellationToken stop) => HoldAsync(stop), type =>
            {
                type.Timeout = TimeSpan.FromMilliseconds(1);
                type.ExpectedUsage = new TaskUsage(10, 20, 0);
            }),
        options);

    private async ValueTask<int> HoldAsync(CancellationToken stop)
    {
        _mostRunning = Math.Max(_mostRunning, Interlocked.Increment(ref _running));
        try
        {
            await _hold(stop);
            return 1;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
