using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Durability;

public sealed class DurableRunTests
{
    private readonly ConcurrentQueue<(string Id, int Attempt, string Key)> _executed = [];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_durable_run_ends_as_any_other_and_is_in_the_store_with_every_event()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(Chain(5), TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        StoredRun stored = Assert.Single(await host.RunsAsync());
        Assert.Equal((run.RunId, RunOutcome.Succeeded, null), (stored.RunId, stored.Outcome, stored.Lease));
        Assert.Equal((await Engine.EventsAsync(run)).Count, stored.Sequence);
        Assert.Equal(12, stored.Sequence);
    }

    [Fact]
    public async Task A_run_that_was_disposed_of_goes_on_elsewhere_and_what_was_done_is_not_done_again()
    {
        DurableHost host = Create();
        var checkpoint = new Checkpoint();
        string runId;
        await using (ServiceProvider process = host.NewProcess(also: builder => builder.AddTaskType("hold", "Waits.", async (None _, TaskContext _, CancellationToken stop) =>
        {
            await checkpoint.PassAsync(stop);
            return "never";
        })))
        {
            OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(Holding(), TestEnd);
            runId = run.RunId;
            await checkpoint.Reached;
            await run.DisposeAsync();
            RunDetachedException exception = await Assert.ThrowsAsync<RunDetachedException>(() => run.EndAsync());
            Assert.Equal(runId, exception.RunId);
            Assert.DoesNotContain(await Engine.EventsAsync(run), next => next is RunEnded);
        }

        RunResult result = await host.ResumeToEndAsync(runId, builder => builder.AddTaskType("hold", "Waits.", (None _, TaskContext context, CancellationToken _) =>
            ValueTask.FromResult($"attempt {context.Attempt} of {context.IdempotencyKey}")));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal($"attempt 2 of {runId}/hold", result.GetOutput<string>("hold"));
        Assert.Equal(["first", "last"], _executed.Select(executed => executed.Id));
        Assert.Contains("attempt-interrupted", string.Join('\n', await host.JournalAsync(runId)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_acts_on_a_completion_before_it_is_in_the_journal()
    {
        var gate = new TaskCompletionSource();
        DurableHost host = Create();
        var store = new HoldingStore(host.Store, append => append.Events.Any(content => content.Span.IndexOf("subtask-succeeded"u8) >= 0) ? gate.Task : Task.CompletedTask);
        await using ServiceProvider process = host.NewProcess(store);
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(Chain(2), TestEnd);
        using HoldingStore holding = store;
        await store.Held.InTimeAsync();

        Assert.Equal(["s0"], _executed.Select(executed => executed.Id));
        Assert.Equal(SubtaskState.Running, run.GetSnapshot().Subtasks[0].State);

        gate.SetResult();
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(["s0", "s1"], _executed.Select(executed => executed.Id));
    }

    [Fact]
    public async Task No_code_runs_before_its_start_is_in_the_journal()
    {
        var gate = new TaskCompletionSource();
        DurableHost host = Create();
        var store = new HoldingStore(host.Store, _ => gate.Task);
        await using ServiceProvider process = host.NewProcess(store);
        using HoldingStore holding = store;
        Task<OrchestrationRun> starting = DurableHost.OrchestratorOf(process).StartAsync(Chain(1), TestEnd);
        await store.Held.InTimeAsync();

        Assert.Empty(_executed);
        Assert.Empty(await host.JournalAsync(await host.OnlyRunIdAsync()));
        Assert.False(starting.IsCompleted);

        gate.SetResult();
        await using OrchestrationRun run = await starting;
        await run.EndAsync();
        Assert.Single(_executed);
    }

    [Fact]
    public async Task A_result_that_cannot_be_stored_fails_its_subtask_by_name_and_the_run_goes_on()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess(also: builder => builder
            .AddTaskType("circle", "Makes what has no JSON.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(Circle.Create()))
            .AddTaskType("oneway", "Makes what cannot be read.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<IOneWay>(new OneWay())));
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
            TaskPlan.Create(plan =>
            {
                plan.Add("circle", "circle");
                plan.Add("oneway", "oneway");
                plan.Add("fine", "work", input: new JsonArray());
            }),
            TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Failed, SubtaskState.Succeeded), (result.Outcome, result["fine"].State));
        Assert.All((string[])["circle", "oneway"], id =>
        {
            Assert.Equal("ResultNotStorable", result[id].Error!.Kind);
            Assert.Contains($"'{id}'", result[id].Error!.Message, StringComparison.Ordinal);
        });
        Assert.Equal(result.Outcome, (await host.ResumeToEndAsync(run.RunId, builder => builder
            .AddTaskType("circle", "Makes what has no JSON.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(Circle.Create()))
            .AddTaskType("oneway", "Makes what cannot be read.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<IOneWay>(new OneWay())))).Outcome);
    }

    [Fact]
    public async Task Whatever_code_says_or_returns_the_journal_can_hold_it_or_the_subtask_fails()
    {
        DurableHost host = Create();
        void Hostile(IAgentOrchestrationBuilder builder) => builder
            .AddTaskType<None, string>("half", "Throws half a character.", (_, _, _) => throw new InvalidDataException("half \uD800 of it"))
            .AddTaskType<None, string>("mute", "Throws without a message.", (_, _, _) => throw new MuteException())
            .AddTaskType("deep", "Returns what is nested deeply.", (None _, TaskContext _, CancellationToken _) =>
                ValueTask.FromResult(JsonDocument.Parse(new string('[', 900) + new string(']', 900), new JsonDocumentOptions { MaxDepth = 1000 }).RootElement))
            .AddTaskType("fairly", "Returns what is nested fairly.", (None _, TaskContext _, CancellationToken _) =>
                ValueTask.FromResult(JsonDocument.Parse(new string('[', 150) + new string(']', 150), new JsonDocumentOptions { MaxDepth = 1000 }).RootElement))
            .AddTaskType("nothing", "Returns no JSON at all.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(default(JsonElement)))
            .AddTaskType("asks", "Waits for an answer.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1), type => type.RequiresApproval = true);
        string runId;
        await using (ServiceProvider process = host.NewProcess(also: Hostile))
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
                TaskPlan.Create(plan =>
                {
                    foreach (string name in (string[])["half", "mute", "deep", "fairly", "nothing", "asks"])
                    {
                        plan.Add(name, name);
                    }
                }),
                TestEnd);
            await run.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(run), "\uDC00 me", "\uD800", TestEnd);
            await run.EndAsync();
            runId = run.RunId;
        }

        RunResult result = await host.ResumeToEndAsync(runId, Hostile);
        Assert.Equal(
            [SubtaskState.Failed, SubtaskState.Failed, SubtaskState.Failed, SubtaskState.Succeeded, SubtaskState.Failed, SubtaskState.Succeeded],
            result.Subtasks.Select(subtask => subtask.State));
        Assert.Equal(("ResultNotStorable", "ResultNotStorable"), (result["deep"].Error!.Kind, result["nothing"].Error!.Kind));
    }

    [Fact]
    public async Task Two_processes_cannot_drive_one_run_and_the_one_that_has_lost_it_writes_nothing()
    {
        DurableHost host = Create();
        var checkpoint = new Checkpoint();
        await using ServiceProvider one = host.NewProcess(also: builder => Hold(builder, checkpoint));
        await using OrchestrationRun first = await DurableHost.OrchestratorOf(one).StartAsync(Holding(), TestEnd);
        await checkpoint.Reached;
        await using ServiceProvider two = host.NewProcess(also: builder => builder.AddTaskType("hold", "Waits.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("second")));

        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => DurableHost.OrchestratorOf(two).ResumeAsync(first.RunId, TestEnd));
        Assert.Contains("is driven by", refusal.Message, StringComparison.Ordinal);

        host.ProcessDies();
        await using OrchestrationRun second = await DurableHost.OrchestratorOf(two).ResumeAsync(first.RunId, TestEnd);
        Assert.Equal(RunOutcome.Succeeded, (await second.EndAsync()).Outcome);
        string[] journal = await host.JournalAsync(first.RunId);

        checkpoint.Open();
        RunDetachedException lost = await Assert.ThrowsAsync<RunDetachedException>(() => first.EndAsync());
        Assert.Contains("another process", lost.Message, StringComparison.Ordinal);
        Assert.Equal(journal, await host.JournalAsync(first.RunId));
    }

    [Fact]
    public async Task Whoever_has_lost_its_lease_writes_nothing_though_nobody_else_has_written_yet()
    {
        DurableHost host = Create();
        var checkpoint = new Checkpoint();
        await using ServiceProvider process = host.NewProcess(also: builder => Hold(builder, checkpoint));
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(Holding(), TestEnd);
        await checkpoint.Reached;
        string[] journal = await host.JournalAsync(run.RunId);
        host.ProcessDies();
        Assert.NotNull(await host.Store.AcquireLeaseAsync(run.RunId, "another", TimeSpan.FromMinutes(1), TestEnd));

        checkpoint.Open();
        RunDetachedException lost = await Assert.ThrowsAsync<RunDetachedException>(() => run.EndAsync());

        Assert.Contains("another process", lost.Message, StringComparison.Ordinal);
        Assert.Equal(journal, await host.JournalAsync(run.RunId));
    }

    [Fact]
    public async Task A_task_type_that_has_changed_is_told_before_anything_is_done()
    {
        DurableHost host = Create();
        string runId;
        await using (ServiceProvider process = host.NewProcess(also: builder => Hold(builder, new Checkpoint())))
        {
            OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(Holding(), TestEnd);
            runId = run.RunId;
            await run.DisposeAsync();
        }

        string[] journal = await host.JournalAsync(runId);
        InvalidOperationException gone = await Assert.ThrowsAsync<InvalidOperationException>(() => host.ResumeToEndAsync(runId));
        InvalidOperationException other = await Assert.ThrowsAsync<InvalidOperationException>(() => host.ResumeToEndAsync(
            runId, builder => builder.AddTaskType("hold", "Waits.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(""), type => type.Version = 2)));

        Assert.Contains("'hold' is not registered any more", gone.Message, StringComparison.Ordinal);
        Assert.Contains("'hold' had version 1 and has 2 now", other.Message, StringComparison.Ordinal);
        Assert.Equal(journal, await host.JournalAsync(runId));
    }

    [Fact]
    public async Task A_run_that_has_ended_is_read_and_nothing_runs()
    {
        DurableHost host = Create();
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(Chain(3), TestEnd);
            await run.EndAsync();
            runId = run.RunId;
        }

        _executed.Clear();
        RunResult result = await host.ResumeToEndAsync(runId);
        RunResult again = await host.ResumeToEndAsync(runId);

        Assert.Empty(_executed);
        Assert.Equal((RunOutcome.Succeeded, "s2(s1(s0()))"), (result.Outcome, result.GetOutput<string>("s2")));
        Assert.Equal(result.Subtasks.Select(subtask => (subtask.EndedAt, subtask.State)), again.Subtasks.Select(subtask => (subtask.EndedAt, subtask.State)));
    }

    [Fact]
    public async Task What_is_not_there_or_not_an_id_is_said()
    {
        DurableHost host = Create();
        await Assert.ThrowsAsync<ArgumentException>(() => host.ResumeToEndAsync("nobody"));
        await Assert.ThrowsAsync<ArgumentException>(() => host.ResumeToEndAsync("\uD800"));
        await using Engine forgetful = new(builder => builder.AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)));
        Assert.Contains("UseSqlite", (await Assert.ThrowsAsync<InvalidOperationException>(() => forgetful.Orchestrator.ResumeAsync("any", TestEnd))).Message, StringComparison.Ordinal);
    }

    private static void Hold(IAgentOrchestrationBuilder builder, Checkpoint checkpoint) =>
        builder.AddTaskType("hold", "Waits.", async (None _, TaskContext _, CancellationToken stop) =>
        {
            await checkpoint.PassAsync(stop);
            return "first";
        });

    private static TaskPlan Chain(int length) => TaskPlan.Create(plan =>
    {
        SubtaskRef? before = null;
        for (int i = 0; i < length; i++)
        {
            before = plan.Add($"s{i}", "work", input: before is { } one ? new JsonArray(one.Output().ToJsonNode()) : new JsonArray());
        }
    });

    private static TaskPlan Holding() => TaskPlan.Create(plan =>
    {
        SubtaskRef first = plan.Add("first", "work", input: new JsonArray());
        SubtaskRef hold = plan.Add("hold", "hold", after: [first]);
        plan.Add("last", "work", input: new JsonArray(), after: [hold]);
    });

    private DurableHost Create() => new(builder => builder.AddTaskType("work", "Works.", (string[] inputs, TaskContext context, CancellationToken _) =>
    {
        _executed.Enqueue((context.Subtask.Id, context.Attempt, context.IdempotencyKey));
        return ValueTask.FromResult($"{context.Subtask.Id}({string.Join(',', inputs)})");
    }));

    private sealed class Circle
    {
        public Circle? Self { get; private set; }

        public static Circle Create()
        {
            var circle = new Circle();
            circle.Self = circle;
            return circle;
        }
    }

    private sealed class MuteException : Exception
    {
        public override string Message => null!;
    }

    private interface IOneWay
    {
        int Number { get; }
    }

    private sealed class OneWay : IOneWay
    {
        public int Number => 1;
    }
}
