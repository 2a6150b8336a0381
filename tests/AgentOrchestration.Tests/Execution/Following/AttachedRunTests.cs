using System.Text;
using System.Text.Json;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Following;

/// <summary>A run is started, followed and controlled by processes that do not drive it.</summary>
public sealed class AttachedRunTests
{
    private readonly Checkpoint _checkpoint = new();
    private readonly List<string> _begun = [];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_is_submitted_is_driven_by_who_has_room_and_followed_by_others()
    {
        DurableHost host = Create();
        await using ServiceProvider submitter = host.NewProcess();
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(submitter);

        string runId = await orchestrator.SubmitAsync(TaskPlan.Create(plan => plan.Add("second", "note", after: [plan.Add("first", "note")])), cancellationToken: TestEnd);

        await using OrchestrationRun followed = await orchestrator.AttachAsync(runId, TestEnd);
        Assert.Null(orchestrator.Find(runId));
        Assert.Equal([SubtaskState.Pending, SubtaskState.Pending], followed.GetSnapshot().Subtasks.Select(subtask => subtask.State is SubtaskState.Ready ? SubtaskState.Pending : subtask.State));
        Assert.Empty(_begun);
        await using ServiceProvider driver = host.NewProcess(also: builder => builder.ResumeInterruptedRuns());
        await DurableHost.StartAsync(driver);
        RunResult result = await followed.EndAsync();

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(["first", "second"], _begun);
        Assert.Equal("second", result.GetOutput<string>("second"));
        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(followed);
        Assert.Equal(Enumerable.Range(0, events.Count).Select(number => (long)number), events.Select(next => next.Sequence));
        Assert.Equal((await host.JournalAsync(runId)).Length, events.Count);
        await DurableHost.StopAsync(driver, CancellationToken.None);
    }

    [Fact]
    public async Task Under_an_id_of_the_callers_own_a_run_is_submitted_once()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess();
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(process);
        TaskPlan plan = TaskPlan.Create(plan => plan.Add("only", "note"));

        string[] ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => orchestrator.SubmitAsync(plan, new RunOptions { RunId = "order-7" }, TestEnd)));
        InvalidOperationException other = await Assert.ThrowsAsync<InvalidOperationException>(
            () => orchestrator.SubmitAsync(TaskPlan.Create(plan => plan.Add("another", "note")), new RunOptions { RunId = "order-7" }, TestEnd));

        Assert.Equal(["order-7"], ids.Distinct());
        Assert.Equal(["order-7"], (await host.RunsAsync()).Select(run => run.RunId));
        Assert.Contains("order-7", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_reaches_the_process_that_drives_the_run()
    {
        DurableHost host = Create();
        await using ServiceProvider driver = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(driver).StartAsync(
            PlanOf(("pay", "pay"), ("refuse", "pay"), ("hold", "hold"), ("other", "hold")),
            new RunOptions { Budget = new RunBudget { MaxAttempts = 50 } },
            TestEnd);
        await using ServiceProvider elsewhere = host.NewProcess();
        await using OrchestrationRun followed = await DurableHost.OrchestratorOf(elsewhere).AttachAsync(run.RunId, TestEnd);
        ApprovalRequested pay = await Engine.SeeAsync<ApprovalRequested>(followed, question => question.SubtaskId == "pay");
        ApprovalRequested refuse = await Engine.SeeAsync<ApprovalRequested>(followed, question => question.SubtaskId == "refuse");

        await Assert.ThrowsAsync<InvalidOperationException>(() => followed.ApproveAsync(pay with { Fingerprint = refuse.Fingerprint + "0" }, cancellationToken: TestEnd));
        await followed.ApproveAsync(pay, by: "reviewer", reason: "in order", cancellationToken: TestEnd).InTimeAsync(followed);
        await Assert.ThrowsAsync<InvalidOperationException>(() => followed.ApproveAsync(pay, cancellationToken: TestEnd));
        await followed.RejectAsync(refuse, reason: "too much", cancellationToken: TestEnd).InTimeAsync(followed);
        await followed.ExtendBudgetAsync(new RunBudget { MaxAttempts = 60 }, TestEnd).InTimeAsync(followed);
        await followed.CancelAsync("other", TestEnd).AsTask().InTimeAsync(followed);
        ArgumentException unknown = await Assert.ThrowsAsync<ArgumentException>(() => followed.CancelAsync("nobody", TestEnd).AsTask());
        await followed.CancelAsync(TestEnd).AsTask().InTimeAsync(followed);
        RunResult result = await followed.EndAsync();

        Assert.Equal(RunOutcome.Cancelled, result.Outcome);
        Assert.Contains("nobody", unknown.Message, StringComparison.Ordinal);
        ApprovalDecided[] decided = [.. (await Engine.EventsAsync(run)).OfType<ApprovalDecided>()];
        Assert.Equal([("pay", true, "reviewer", "in order"), ("refuse", false, null, "too much")], decided.Select(next => (next.SubtaskId, next.IsApproved, next.By, next.Reason)));
        Assert.Single((await Engine.EventsAsync(run)).OfType<BudgetExtended>());
        Assert.Equal(SubtaskState.Cancelled, result["other"].State);
    }

    [Fact]
    public async Task A_command_waits_for_the_next_driver_which_starts_nothing_that_it_forbids()
    {
        DurableHost host = Create();
        await using ServiceProvider elsewhere = host.NewProcess();
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(elsewhere);
        string submitted = await orchestrator.SubmitAsync(TaskPlan.Create(plan => plan.Add("only", "note")), cancellationToken: TestEnd);
        string left = await LeaveAsync(host, PlanOf(("hold", "hold")));
        _begun.Clear();
        await using OrchestrationRun one = await orchestrator.AttachAsync(submitted, TestEnd);
        await using OrchestrationRun two = await orchestrator.AttachAsync(left, TestEnd);
        Task cancelling = Task.WhenAll(one.CancelAsync(TestEnd).AsTask(), two.CancelAsync(TestEnd).AsTask());
        await SentAsync(host, submitted, cancelling);
        await SentAsync(host, left, cancelling);

        await using ServiceProvider driver = host.NewProcess(also: builder => builder.ResumeInterruptedRuns());
        await DurableHost.StartAsync(driver);
        await cancelling.InTimeAsync(one);

        Assert.Equal([RunOutcome.Cancelled, RunOutcome.Cancelled], [(await one.EndAsync()).Outcome, (await two.EndAsync()).Outcome]);
        Assert.Empty(_begun);
        await DurableHost.StopAsync(driver, CancellationToken.None);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_command_is_carried_out_once_wherever_its_driver_dies(bool hasHappened)
    {
        for (long operation = 2, operations = long.MaxValue; operation <= operations; operation++)
        {
            DurableHost host = Create(options => options.LeaseDuration = TimeSpan.FromSeconds(3));
            host.Clock.Haste = 50;
            var store = FaultyRunStore.CrashingAt(host.Store, operation, hasHappened);
            await using ServiceProvider first = host.NewProcess(store);
            Task<OrchestrationRun> starting = DurableHost.OrchestratorOf(first).StartAsync(
                TaskPlan.Create(plan => plan.Add("pay", "pay")), new RunOptions { RunId = "run", Budget = new RunBudget { MaxAttempts = 1 } }, TestEnd);
            OrchestrationRun? driven = await StartedAsync(starting);
            if (await host.Store.FindAsync("run", TestEnd) is null)
            {
                continue;
            }

            await using ServiceProvider elsewhere = host.NewProcess();
            await using OrchestrationRun followed = await DurableHost.OrchestratorOf(elsewhere).AttachAsync("run", TestEnd);
            Task extending = followed.ExtendBudgetAsync(new RunBudget { MaxAttempts = 5 }, TestEnd);
            await SentAsync(host, "run", extending);
            if (driven is not null)
            {
                // It takes the command, or dies of it.
                await Task.WhenAny(extending, driven.Completion).InTimeAsync(followed);
                operations = extending.IsCompleted && !driven.Completion.IsFaulted ? operation : operations;
                await driven.DisposeAsync();
            }

            host.ProcessDies();
            await using ServiceProvider second = host.NewProcess();
            await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(second).ResumeAsync("run", TestEnd);
            await extending.InTimeAsync(followed);
            await followed.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(followed), cancellationToken: TestEnd).InTimeAsync(followed);

            Assert.Equal(RunOutcome.Succeeded, (await followed.EndAsync()).Outcome);
            IReadOnlyList<RunEvent> events = await Engine.EventsAsync(resumed);
            Assert.Single(events.OfType<BudgetExtended>());
            Assert.Single(events.OfType<ApprovalDecided>());
        }
    }

    [Fact]
    public async Task A_command_that_is_read_again_before_it_is_written_is_carried_out_once()
    {
        DurableHost host = Create();
        var mayAppend = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inbox = new CountingInbox(host.Store);
        using var store = new HoldingStore(host.Store, append => append.Answers.Count > 0 ? mayAppend.Task : Task.CompletedTask) { Inbox = inbox };
        await using ServiceProvider driver = host.NewProcess(store);
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(driver).StartAsync(
            PlanOf(("hold", "hold")), new RunOptions { Budget = new RunBudget { MaxAttempts = 5 } }, TestEnd);
        await using ServiceProvider elsewhere = host.NewProcess();
        await using OrchestrationRun followed = await DurableHost.OrchestratorOf(elsewhere).AttachAsync(run.RunId, TestEnd);

        Task extending = followed.ExtendBudgetAsync(new RunBudget { MaxAttempts = 6 }, TestEnd);
        await store.Held.InTimeAsync(run);
        await inbox.ReadAgainAsync(3).InTimeAsync(run);
        mayAppend.SetResult();
        await extending.InTimeAsync(run);
        _checkpoint.Open();
        await run.EndAsync();

        Assert.Single((await Engine.EventsAsync(run)).OfType<BudgetExtended>());
    }

    /// <summary>Nothing is disposed of when it fails: what is stuck would hold that up too.</summary>
    [Fact]
    public async Task A_command_that_names_a_subtask_comes_while_additions_are_checked_and_neither_waits_for_the_other()
    {
        var checking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mayGoOn = new ManualResetEventSlim();
        DurableHost host = Create(options => options.RequiresApproval = (subtask, _) =>
        {
            if (subtask.Id.EndsWith("added", StringComparison.Ordinal))
            {
                checking.TrySetResult();
                mayGoOn.Wait(Watchdog.LimitOfWork, TestEnd);
            }

            return false;
        });
        var inbox = new CountingInbox(host.Store);
        var store = new HoldingStore(host.Store, _ => Task.CompletedTask) { Inbox = inbox };
        ServiceProvider driver = host.NewProcess(store);
        OrchestrationRun run = await DurableHost.OrchestratorOf(driver).StartAsync(PlanOf(("grow", "grow"), ("other", "hold")), TestEnd);
        await checking.Task.InTimeAsync(run);
        ServiceProvider elsewhere = host.NewProcess();
        OrchestrationRun followed = await DurableHost.OrchestratorOf(elsewhere).AttachAsync(run.RunId, TestEnd);

        Task cancelling = followed.CancelAsync("other", TestEnd).AsTask();
        await SentAsync(host, run.RunId, cancelling);
        await inbox.ReadAgainAsync(2).InTimeAsync();
        mayGoOn.Set();
        await cancelling.InTimeAsync();

        Assert.Equal(SubtaskState.Cancelled, (await followed.WaitAsync(TestEnd).InTimeAsync())["other"].State);
        Assert.Contains("grow/added", _begun);
        await followed.DisposeAsync();
        await run.DisposeAsync();
        await elsewhere.DisposeAsync();
        await driver.DisposeAsync();
        store.Dispose();
        mayGoOn.Dispose();
    }

    [Fact]
    public async Task A_run_that_cannot_continue_here_is_free_for_others_at_once()
    {
        DurableHost host = Create();
        string runId = await LeaveAsync(host, PlanOf(("hold", "hold")));
        await using ServiceProvider poor = new DurableHostOf(host.Store).Create();

        await Assert.ThrowsAsync<InvalidOperationException>(() => poor.GetRequiredService<ITaskOrchestrator>().ResumeAsync(runId, TestEnd));

        Assert.Null((await host.Store.FindAsync(runId, TestEnd))!.Lease);
        _checkpoint.Open();
        Assert.Equal(RunOutcome.Succeeded, (await host.ResumeToEndAsync(runId)).Outcome);
    }

    [Fact]
    public async Task A_follower_needs_no_task_types_to_watch_and_control()
    {
        DurableHost host = Create();
        await using ServiceProvider driver = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(driver).StartAsync(PlanOf(("first", "note"), ("pay", "pay")), TestEnd);
        await using ServiceProvider watcher = new DurableHostOf(host.Store).Create();
        await using OrchestrationRun followed = await watcher.GetRequiredService<ITaskOrchestrator>().AttachAsync(run.RunId, TestEnd);

        await followed.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(followed), cancellationToken: TestEnd).InTimeAsync(followed);
        RunResult result = await followed.EndAsync();

        Assert.Equal("first", result.GetOutput<JsonElement>("first").GetString());
        Assert.Equal(["first", "pay"], followed.Plan.Subtasks.Select(subtask => subtask.Id));
        Assert.Contains("task type", Assert.Throws<InvalidOperationException>(() => followed.Forecast()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_followed_or_told_says_so()
    {
        DurableHost host = Create();
        await using ServiceProvider driver = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(driver).StartAsync(TaskPlan.Create(plan => plan.Add("hold", "hold")), TestEnd);
        using var mute = new HoldingStore(host.Store, _ => Task.CompletedTask);
        await using ServiceProvider elsewhere = host.NewProcess(mute);
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(elsewhere);
        await using OrchestrationRun followed = await orchestrator.AttachAsync(run.RunId, TestEnd);

        Assert.Contains("inbox", (await Assert.ThrowsAsync<NotSupportedException>(() => followed.CancelAsync(TestEnd).AsTask())).Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", (await Assert.ThrowsAsync<ArgumentException>(() => orchestrator.AttachAsync("nowhere", TestEnd))).Message, StringComparison.Ordinal);
        await using ServiceProvider forgetful = new ServiceCollection().AddAgentOrchestration().Services.BuildServiceProvider();
        Assert.Contains(
            "UseSqlite",
            (await Assert.ThrowsAsync<InvalidOperationException>(() => forgetful.GetRequiredService<ITaskOrchestrator>().AttachAsync("run", TestEnd))).Message,
            StringComparison.Ordinal);
        Assert.Same(run.RunId, (await DurableHost.OrchestratorOf(driver).AttachAsync(run.RunId, TestEnd)).RunId);
        _checkpoint.Open();
        await run.EndAsync();
    }

    [Fact]
    public async Task A_run_that_has_ended_is_read_and_takes_no_command()
    {
        DurableHost host = Create();
        await using ServiceProvider driver = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(driver).StartAsync(
            TaskPlan.Create(plan => plan.Add("first", "note")), new RunOptions { Budget = new RunBudget { MaxAttempts = 5 } }, TestEnd);
        await run.EndAsync();
        await using ServiceProvider elsewhere = host.NewProcess();
        await using OrchestrationRun followed = await DurableHost.OrchestratorOf(elsewhere).AttachAsync(run.RunId, TestEnd);

        Assert.Equal("first", (await followed.EndAsync()).GetOutput<string>("first"));
        await followed.CancelAsync(TestEnd).AsTask().InTimeAsync(followed);
        await Assert.ThrowsAsync<InvalidOperationException>(() => followed.ExtendBudgetAsync(new RunBudget { MaxAttempts = 6 }, TestEnd));
        Assert.Equal((await host.JournalAsync(run.RunId)).Length, (await Engine.EventsAsync(followed)).Count);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("""{"v":1,"command":"delete"}""")]
    [InlineData("""{"v":1,"command":"decide","subtask":"hold"}""")]
    [InlineData("""{"v":1,"command":"cancel","force":true}""")]
    [InlineData("""{"v":1,"command":"extendBudget","budget":{"maxAttempts":-4,"whenExhausted":"stop"}}""")]
    [InlineData("""{"v":2,"command":"cancel"}""")]
    public async Task What_is_no_command_is_answered_and_costs_the_run_nothing(string content)
    {
        DurableHost host = Create();
        await using ServiceProvider driver = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(driver).StartAsync(
            TaskPlan.Create(plan => plan.Add("hold", "hold")), new RunOptions { Budget = new RunBudget { MaxAttempts = 5 } }, TestEnd);
        await _checkpoint.Reached;
        var command = new RunCommand(run.RunId, Guid.NewGuid(), DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes(content));

        await host.Store.SendAsync(command, TestEnd);
        CommandAnswer? answer;
        long begin = System.Diagnostics.Stopwatch.GetTimestamp();
        while ((answer = await host.Store.FindAnswerAsync(run.RunId, command.Id, TestEnd)) is null)
        {
            Watchdog.Check(begin, "the answer");
            await Task.Yield();
        }

        _checkpoint.Open();
        Assert.NotNull(ReplyDocument.Read(answer).Problem);
        Assert.False(ReplyDocument.Read(answer).Counts);
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task A_process_picks_up_no_more_runs_than_it_has_room_for()
    {
        DurableHost host = Create(options => options.MaxRuns = 2);
        await using ServiceProvider process = host.NewProcess(also: builder => builder.ResumeInterruptedRuns());
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(process);
        for (int i = 0; i < 5; i++)
        {
            await orchestrator.SubmitAsync(TaskPlan.Create(plan => plan.Add("hold", "hold")), new RunOptions { RunId = $"run-{i}" }, TestEnd);
        }

        await DurableHost.StartAsync(process);
        await _checkpoint.Reached;
        await using OrchestrationRun last = await orchestrator.AttachAsync("run-4", TestEnd);
        int most = Driven();
        for (int i = 0; i < 1_000; i++)
        {
            most = Math.Max(most, Driven());
            await Task.Yield();
        }

        Task<RunResult> ending = last.EndAsync();
        _checkpoint.Open();
        while (!ending.IsCompleted)
        {
            most = Math.Max(most, Driven());
            await Task.Yield();
        }

        Assert.Equal(RunOutcome.Succeeded, (await ending).Outcome);
        Assert.InRange(most, 1, 2);
        await DurableHost.StopAsync(process, CancellationToken.None);

        int Driven() => Enumerable.Range(0, 5).Count(number => orchestrator.Find($"run-{number}") is not null);
    }

    [Fact]
    public async Task A_process_leaves_runs_alone_whose_task_types_it_has_not()
    {
        DurableHost host = Create();
        await using ServiceProvider submitter = host.NewProcess();
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(submitter);
        string foreign = await orchestrator.SubmitAsync(PlanOf(("first", "note"), ("pay", "pay")), cancellationToken: TestEnd);
        var other = new DurableHostOf(host.Store);
        await using ServiceProvider poor = other.Create(builder =>
        {
            builder.AddTaskType("pay", "Pays.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(2), type => type.Version = 2);
            builder.AddTaskType("fresh", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1));
            builder.AddTaskType("note", "Notes.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("x"));
            builder.ResumeInterruptedRuns();
        });
        ITaskOrchestrator there = poor.GetRequiredService<ITaskOrchestrator>();
        string own = await there.SubmitAsync(TaskPlan.Create(plan => plan.Add("fresh", "fresh")), cancellationToken: TestEnd);
        await DurableHost.StartAsync(poor);
        await using OrchestrationRun followed = await there.AttachAsync(own, TestEnd);

        Assert.Equal(RunOutcome.Succeeded, (await followed.EndAsync()).Outcome);
        StoredRun left = (await host.Store.FindAsync(foreign, TestEnd))!;
        Assert.Equal((0L, null), (left.Sequence, left.Lease));
        Assert.Equal(["note@1", "pay@1"], left.TaskTypes.Order(StringComparer.Ordinal));
        await DurableHost.StopAsync(poor, CancellationToken.None);
    }

    private static TaskPlan PlanOf(params (string Id, string TaskType)[] subtasks) => TaskPlan.Create(plan => Array.ForEach(subtasks, subtask => plan.Add(subtask.Id, subtask.TaskType)));

    private static async Task<OrchestrationRun?> StartedAsync(Task<OrchestrationRun> starting)
    {
        try
        {
            return await starting;
        }
        catch (Exception exception) when (exception is RunStoreException or RunDetachedException)
        {
            return null;
        }
    }

    /// <summary>Returns when a command stands in the inbox, or was answered already.</summary>
    private static async Task SentAsync(DurableHost host, string runId, Task asking)
    {
        long begin = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!asking.IsCompleted && (await host.Store.ReadCommandsAsync([runId], 1, TestEnd)).Count == 0)
        {
            Watchdog.Check(begin, "the command");
            await Task.Yield();
        }
    }

    private async Task<string> LeaveAsync(DurableHost host, TaskPlan plan)
    {
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestEnd);
        await _checkpoint.Reached;
        return run.RunId;
    }

    private DurableHost Create(Action<AgentOrchestrationOptions>? options = null) => new(AddTaskTypes, options) { Clock = { Haste = 10 } };

    private void AddTaskTypes(IAgentOrchestrationBuilder builder)
    {
        builder.AddTaskType("note", "Notes its id.", (None _, TaskContext context, CancellationToken _) =>
        {
            Note(context);
            return ValueTask.FromResult(context.Subtask.Id);
        });
        builder.AddTaskType("grow", "Adds another.", (None _, TaskContext context, CancellationToken _) =>
        {
            context.AddSubtasks(plan => plan.Add("added", "note"));
            return ValueTask.FromResult(1);
        });
        builder.AddTaskType("pay", "Pays.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1), type => type.RequiresApproval = true);
        builder.AddTaskType("hold", "Waits.", async (None _, TaskContext context, CancellationToken stop) =>
        {
            Note(context);
            await _checkpoint.PassAsync(stop);
            return 1;
        });
    }

    private void Note(TaskContext context)
    {
        lock (_begun)
        {
            _begun.Add(context.Subtask.Id);
        }
    }

    /// <summary>An inbox that says how often it was read.</summary>
    private sealed class CountingInbox(IRunInbox inner) : IRunInbox
    {
        private int _reads;

        public async Task ReadAgainAsync(int times)
        {
            for (int until = Volatile.Read(ref _reads) + times; Volatile.Read(ref _reads) < until && !TestEnd.IsCancellationRequested;)
            {
                await Task.Yield();
            }
        }

        public ValueTask<bool> SendAsync(RunCommand command, CancellationToken cancellationToken) => inner.SendAsync(command, cancellationToken);

        public async ValueTask<IReadOnlyList<RunCommand>> ReadCommandsAsync(IReadOnlyCollection<string> runIds, int max, CancellationToken cancellationToken)
        {
            IReadOnlyList<RunCommand> commands = await inner.ReadCommandsAsync(runIds, max, cancellationToken);
            Interlocked.Increment(ref _reads);
            return commands;
        }

        public ValueTask<CommandAnswer?> FindAnswerAsync(string runId, Guid commandId, CancellationToken cancellationToken) => inner.FindAnswerAsync(runId, commandId, cancellationToken);
    }

    /// <summary>Processes with other task types over one store.</summary>
    private sealed class DurableHostOf(IRunStore store)
    {
        public ServiceProvider Create(Action<IAgentOrchestrationBuilder>? configure = null)
        {
            IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration().UseRunStore(store);
            configure?.Invoke(builder);
            return builder.Services.BuildServiceProvider();
        }
    }
}
