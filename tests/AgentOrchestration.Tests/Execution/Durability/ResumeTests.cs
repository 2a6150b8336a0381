using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Durability;

/// <summary>What is no result survives its process too: approvals, pauses, budgets, stops.</summary>
public sealed class ResumeTests
{
    private int _executed;
    private Func<CancellationToken, Task> _hold = stop => new Checkpoint().PassAsync(stop);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_open_question_stays_open_and_is_not_asked_again()
    {
        DurableHost host = Create(approval: true);
        ApprovalRequested question = await LeaveAsync<ApprovalRequested>(host, One());
        string runId = await host.OnlyRunIdAsync();

        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
        ApprovalRequested open = run.GetSnapshot().Subtasks[0].PendingApproval!;
        Assert.Equal((question.Fingerprint, question.Sequence), (open.Fingerprint, open.Sequence));
        await run.ApproveAsync(open, "me", cancellationToken: TestEnd);

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Single((await Engine.EventsAsync(run)).OfType<ApprovalRequested>());
        Assert.Equal(1, _executed);
    }

    [Fact]
    public async Task An_approval_that_was_told_is_in_the_journal_and_not_asked_for_again()
    {
        DurableHost host = Create(approval: true);
        var store = new FaultyRunStore(host.Store, number => number > 3 ? StoreFault.FailedBefore : StoreFault.None);
        await using (ServiceProvider process = host.NewProcess(store))
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(One(), TestEnd);
            ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);

            // The answer does not get into the journal: whoever gave it must hear that.
            await Assert.ThrowsAsync<RunDetachedException>(() => run.ApproveAsync(question, cancellationToken: TestEnd));
        }

        host.ProcessDies();
        string runId = await host.OnlyRunIdAsync();
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
            await run.ApproveAsync(run.GetSnapshot().Subtasks[0].PendingApproval!, cancellationToken: TestEnd);
            await run.EndAsync();
        }

        Assert.Single(await host.JournalAsync(runId), line => line.Contains("approval-decided", StringComparison.Ordinal));
        Assert.Equal(RunOutcome.Succeeded, (await host.ResumeToEndAsync(runId)).Outcome);
        Assert.Equal(1, _executed);
    }

    [Fact]
    public async Task A_pause_before_another_attempt_goes_on_to_its_time()
    {
        DurableHost host = Create();
        AttemptFailed failed = await LeaveAsync<AttemptFailed>(host, TaskPlan.Create(plan => plan.Add("only", "flaky")));
        string runId = await host.OnlyRunIdAsync();

        await using ServiceProvider process = host.NewProcess();
        await using (OrchestrationRun early = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd))
        {
            Assert.Equal(SubtaskState.Ready, early.GetSnapshot().Subtasks[0].State);
        }

        host.Clock.Advance(TimeSpan.FromHours(2));
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        AttemptStarted second = (await Engine.EventsAsync(run)).OfType<AttemptStarted>().Last();
        Assert.Equal((2, true), (second.Attempt, second.Time >= failed.RetryAt));
        Assert.Equal(2, _executed);
    }

    [Fact]
    public async Task A_restart_refills_no_budget()
    {
        DurableHost host = Create(options: options => options.Runs.Budget = new RunBudget { MaxTokens = 20, MaxAttempts = 100 });
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            SubtaskRef spends = plan.Add("spends", "spends");
            SubtaskRef again = plan.Add("again", "spends", after: [plan.Add("hold", "hold", after: [spends])]);
            plan.Add("last", "spends", after: [again]);
        });
        await LeaveAsync<AttemptStarted>(host, plan, next => next.SubtaskId == "hold");

        _hold = _ => Task.CompletedTask;
        RunResult result = await host.ResumeToEndAsync(await host.OnlyRunIdAsync());

        Assert.Equal((RunOutcome.BudgetExhausted, SubtaskState.Succeeded, SubtaskState.Skipped), (result.Outcome, result["again"].State, result["last"].State));
        Assert.Equal(20, result.Run.Usage.Tokens);
    }

    [Fact]
    public async Task A_run_that_asks_for_budget_still_asks_and_goes_on_when_it_gets_it()
    {
        DurableHost host = Create(options: options => options.Runs.Budget = new RunBudget { MaxTokens = 10, WhenExhausted = BudgetAction.Ask });
        TaskPlan plan = TaskPlan.Create(plan => plan.Add("again", "spends", after: [plan.Add("spends", "spends")]));
        await LeaveAsync<BudgetExhausted>(host, plan);
        string runId = await host.OnlyRunIdAsync();

        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
        Assert.Equal(BudgetLimit.Tokens, run.GetSnapshot().ExhaustedBudget);
        await run.ExtendBudgetAsync(new RunBudget { MaxTokens = 100 }, TestEnd);

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Single((await Engine.EventsAsync(run)).OfType<BudgetExhausted>());
    }

    [Fact]
    public async Task A_stop_that_was_asked_for_is_not_forgotten()
    {
        DurableHost host = Create();
        TaskPlan plan = TaskPlan.Create(plan => plan.Add("after", "work", after: [plan.Add("hold", "hold")]));
        await using (ServiceProvider process = host.NewProcess())
        {
            OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestEnd);
            await Engine.SeeAsync<AttemptStarted>(run);
            await run.CancelAsync(TestEnd);
            await run.EndAsync();
            await run.DisposeAsync();
        }

        string runId = await host.OnlyRunIdAsync();
        string[] journal = await host.JournalAsync(runId);
        int stop = Array.FindIndex(journal, line => line.Contains("stop-requested", StringComparison.Ordinal));
        MemoryRunStore cut = await host.CutAsync(runId, stop + 2);

        // As if the process had died between the request and the end of the code.
        await using ServiceProvider next = host.NewProcess(cut);
        await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(next).ResumeAsync(runId, TestEnd);
        RunResult result = await resumed.EndAsync();
        Assert.Equal((RunOutcome.Cancelled, SubtaskState.Cancelled, 0), (result.Outcome, result["hold"].State, _executed));
    }

    [Fact]
    public async Task Every_beginning_of_a_journal_that_was_committed_goes_on_to_an_end()
    {
        DurableHost host = Create();
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
                TaskPlan.Create(plan => plan.Add("b", "work", after: [plan.Add("a", "work"), plan.Add("c", "broken")])), TestEnd);
            await run.EndAsync();
            runId = run.RunId;
        }

        int length = (await host.JournalAsync(runId)).Length;
        for (int events = 0; events < length; events++)
        {
            MemoryRunStore cut = await host.CutAsync(runId, events);
            await using ServiceProvider process = host.NewProcess(cut);
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
            Assert.Equal(RunOutcome.Failed, (await run.EndAsync()).Outcome);
        }
    }

    [Fact]
    public async Task A_store_that_is_busy_for_a_moment_is_asked_again_and_nothing_is_written_twice()
    {
        DurableHost host = Create();
        var store = new FaultyRunStore(host.Store, number => number is 2 or 5 ? StoreFault.BusyBefore : number is 3 or 7 ? StoreFault.BusyAfter : StoreFault.None);
        await using ServiceProvider process = host.NewProcess(store);
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
            TaskPlan.Create(plan => plan.Add("b", "work", after: [plan.Add("a", "work")])), TestEnd);

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(6, (await host.JournalAsync(run.RunId)).Length);
        Assert.Equal(2, _executed);
        Assert.Equal(RunOutcome.Succeeded, (await host.ResumeToEndAsync(run.RunId)).Outcome);
    }

    [Fact]
    public async Task A_host_goes_on_with_what_nobody_drives_and_leaves_it_when_it_stops()
    {
        DurableHost host = Create();
        var firstHold = new Checkpoint();
        await LeaveAsync<AttemptStarted>(host, TaskPlan.Create(plan => plan.Add("hold", "hold")));
        string runId = await host.OnlyRunIdAsync();

        _hold = firstHold.PassAsync;
        await using (ServiceProvider process = host.NewProcess(also: builder => builder.ResumeInterruptedRuns()))
        {
            await DurableHost.StartAsync(process);
            await firstHold.Reached;
            await DurableHost.StopAsync(process, CancellationToken.None);
        }

        StoredRun left = (await host.Store.FindAsync(runId, TestEnd))!;
        Assert.Equal((null, null), (left.Outcome, left.Lease));
        _hold = _ => Task.CompletedTask;
        Assert.Equal(RunOutcome.Succeeded, (await host.ResumeToEndAsync(runId)).Outcome);
    }

    [Fact]
    public async Task A_run_is_read_from_its_store_while_it_goes_on_and_old_ones_are_deleted()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
            TaskPlan.Create(plan =>
            {
                SubtaskRef list = plan.Add("list", "list");
                SubtaskRef each = plan.ForEach("each", list.Output(), "echo");
                plan.Add("hold", "hold", after: [each]);
            }),
            TestEnd);
        await Engine.SeeAsync<AttemptStarted>(run, next => next.SubtaskId == "hold");

        RunSnapshot stored = (await host.Store.ReadSnapshotAsync(run.RunId, TestEnd))!;
        RunSnapshot live = run.GetSnapshot();
        Assert.Equal(live.Subtasks.Select(subtask => (subtask.Subtask.Id, subtask.State, subtask.Attempts, subtask.StartedAt)), stored.Subtasks.Select(subtask => (subtask.Subtask.Id, subtask.State, subtask.Attempts, subtask.StartedAt)));
        Assert.Equal("""["a","b"]""", $"{stored.Subtasks.Single(subtask => subtask.Subtask.Id == "each").Output}");
        Assert.Equal(0, await host.Store.DeleteEndedAsync(DateTimeOffset.MaxValue, TestEnd));

        await run.CancelAsync(TestEnd);
        await run.EndAsync();
        Assert.Equal(0, await host.Store.DeleteEndedAsync(run.GetSnapshot().StartedAt, TestEnd));
        Assert.Equal(1, await host.Store.DeleteEndedAsync(DateTimeOffset.MaxValue, TestEnd));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Store.ReadSnapshotAsync(run.RunId, TestEnd));
    }

    [Fact]
    public async Task Large_results_stand_beside_the_journal()
    {
        DurableHost host = Create();
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("large", "large")), TestEnd);
            await run.EndAsync();
            runId = run.RunId;
        }

        Assert.All(await host.JournalAsync(runId), line => Assert.True(line.Length < 300, line));
        Assert.Equal(1_000_000, (await host.ResumeToEndAsync(runId)).GetOutput<string>("large").Length);
    }

    private static TaskPlan One() => TaskPlan.Create(plan => plan.Add("only", "work"));

    /// <summary>Starts a run in a process that leaves it when something has happened.</summary>
    private static async Task<TEvent> LeaveAsync<TEvent>(DurableHost host, TaskPlan plan, Func<TEvent, bool>? which = null)
        where TEvent : RunEvent
    {
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestEnd);
        return await Engine.SeeAsync(run, which);
    }

    private DurableHost Create(bool approval = false, Action<AgentOrchestrationOptions>? options = null) => new(
        builder => builder
            .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken _) => ValueTask.FromResult(Interlocked.Increment(ref _executed)), type => type.RequiresApproval = approval)
            .AddTaskType("hold", "Waits until it is told to stop.", async (None _, TaskContext _, CancellationToken stop) =>
            {
                await _hold(stop);
                return 0;
            })
            .AddTaskType("flaky", "Fails at first.", (None _, TaskContext context, CancellationToken _) =>
            {
                Interlocked.Increment(ref _executed);
                return context.Attempt == 1 ? throw new InvalidDataException("At first.") : ValueTask.FromResult(1);
            }, type => (type.Retry.MaxAttempts, type.Retry.Delay, type.Retry.MaxDelay, type.Retry.Jitter) = (3, TimeSpan.FromHours(1), TimeSpan.FromHours(1), 0))
            .AddTaskType("spends", "Uses ten tokens.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.ReportUsage(new TaskUsage(4, 6, 0));
                return ValueTask.FromResult(1);
            })
            .AddTaskType<None, int>("broken", "Fails.", (_, _, _) => throw new InvalidDataException("Broken."))
            .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<string[]>(["a", "b"]))
            .AddTaskType("echo", "Repeats.", (string input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input))
            .AddTaskType("large", "Makes much.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(new string('x', 1_000_000))),
        options);
}
