using System.Collections.Concurrent;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Stopping;

public sealed class CompensationTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_succeeded_is_undone_in_reverse_order_of_completion_and_only_where_it_can_be()
    {
        var ledger = new Ledger();
        await using Engine engine = Create(ledger);

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef first = plan.Add("first", "book", input: "first");
            SubtaskRef plain = plan.Add("plain", "plain", after: [first]);
            SubtaskRef second = plan.Add("second", "book", input: "second", after: [plain]);
            plan.Add("broken", "broken", after: [second]);
        });

        Assert.Equal((RunOutcome.Failed, StopReason.Failure), (result.Outcome, result.Run.StopReason));
        Assert.Equal(["second", "first"], ledger.Undone.Select(undone => undone.Input));
        Assert.Equal(
            [CompensationState.Succeeded, CompensationState.None, CompensationState.Succeeded, CompensationState.None],
            result.Subtasks.Select(subtask => subtask.Compensation));
        Assert.Empty(result.NotCompensated);
        Assert.Equal(SubtaskState.Succeeded, result["first"].State);
    }

    [Fact]
    public async Task Undoing_gets_the_input_the_output_and_the_idempotency_key_of_the_work()
    {
        var ledger = new Ledger();
        await using Engine engine = Create(ledger);
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("broken", "broken", after: [plan.Add("seat", "book", input: "seat")]));
        await run.EndAsync();

        Assert.Equal(("seat", "receipt for seat", $"{run.RunId}/seat", 1), Assert.Single(ledger.Undone));
    }

    [Fact]
    public async Task What_was_undone_is_not_reused_by_another_run()
    {
        var ledger = new Ledger();
        await using Engine engine = Create(ledger);
        await using OrchestrationRun old = await engine.StartAsync(plan => plan.Add("broken", "broken", after: [plan.Add("seat", "book", input: "seat")]));
        Assert.Equal(CompensationState.Succeeded, (await old.EndAsync())["seat"].Compensation);

        await using OrchestrationRun again = await engine.Orchestrator.StartFromAsync(old, TaskPlan.Create(plan => plan.Add("seat", "book", input: "seat")), cancellationToken: TestEnd);

        Assert.Equal(OutputOrigin.Executed, (await again.EndAsync())["seat"].Origin);
    }

    [Fact]
    public async Task A_run_that_succeeds_or_whose_policy_is_another_undoes_nothing()
    {
        var ledger = new Ledger();
        await using Engine engine = Create(ledger);
        await using Engine stopping = Create(ledger, options => options.Runs.FailurePolicy = FailurePolicy.Stop);

        await engine.RunAsync(plan => plan.Add("seat", "book", input: "seat"));
        await engine.RunAsync(plan => plan.Add("join", "plain", after: [plan.Add("seat", "book", input: "seat")], options: new() { Optional = [plan.Add("broken", "broken")] }));
        await stopping.RunAsync(plan => plan.Add("broken", "broken", after: [plan.Add("seat", "book", input: "seat")]));

        Assert.Empty(ledger.Undone);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_is_undone_and_disposing_it_waits_for_that()
    {
        var ledger = new Ledger();
        await using Engine engine = Create(ledger);
        OrchestrationRun run = await engine.StartAsync(plan => plan.Add("waits", "waits", after: [plan.Add("seat", "book", input: "seat")]));
        await Engine.SeeAsync<AttemptStarted>(run, next => next.SubtaskId == "waits");

        await run.DisposeAsync();

        Assert.Equal(RunOutcome.Cancelled, run.GetSnapshot().Outcome);
        Assert.Equal("seat", Assert.Single(ledger.Undone).Input);
    }

    [Fact]
    public async Task Cancelling_while_it_is_being_undone_skips_nothing()
    {
        var undoing = new Checkpoint();
        var ledger = new Ledger { Undoing = async (_, stop) => await undoing.PassAsync(stop) };
        await using Engine engine = Create(ledger);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef one = plan.Add("one", "book", input: "one");
            plan.Add("broken", "broken", after: [plan.Add("two", "book", input: "two", after: [one])]);
        });
        await undoing.Reached;

        await run.CancelAsync(TestEnd);
        await run.CancelAsync("one", TestEnd);
        undoing.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Failed, result.Outcome);
        Assert.Equal(["two", "one"], ledger.Undone.Select(undone => undone.Input));
    }

    [Fact]
    public async Task An_undo_that_throws_is_tried_again()
    {
        var ledger = new Ledger { Undoing = (context, _) => context.Attempt < 3 ? throw new InvalidDataException($"Try {context.Attempt}.") : Task.CompletedTask };
        await using Engine engine = Create(ledger);
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("broken", "broken", after: [plan.Add("seat", "book", input: "seat")]));

        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));

        Assert.Equal((CompensationState.Succeeded, null), (result["seat"].Compensation, result["seat"].CompensationError));
        Assert.Equal(3, Assert.Single(ledger.Undone).Attempt);
        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);
        Assert.Equal([1, 2, 3], events.OfType<CompensationStarted>().Select(next => next.Attempt));
        Assert.All(events.OfType<CompensationFailed>(), failed => Assert.True(failed.RetryAt >= failed.Time));
    }

    [Fact]
    public async Task An_undo_that_keeps_throwing_is_listed_and_the_others_are_undone_all_the_same()
    {
        var ledger = new Ledger { Undoing = (context, _) => context.Subtask.Id == "two" ? throw new InvalidDataException("The desk is closed.") : Task.CompletedTask };
        await using Engine engine = Create(ledger);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef one = plan.Add("one", "book", input: "one");
            plan.Add("broken", "broken", after: [plan.Add("two", "book", input: "two", after: [one])]);
        });

        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));

        Assert.Equal(
            [("two", CompensationState.Failed, "The desk is closed.")],
            result.NotCompensated.Select(subtask => (subtask.Subtask.Id, subtask.Compensation, subtask.CompensationError!.Message)));
        Assert.Equal("one", Assert.Single(ledger.Undone).Input);
        Assert.Null((await Engine.EventsAsync(run)).OfType<CompensationFailed>().Last().RetryAt);
    }

    [Fact]
    public async Task An_undo_that_hangs_is_told_to_stop_and_then_tried_again()
    {
        var hanging = new Checkpoint();
        var ledger = new Ledger { Undoing = (context, stop) => context.Attempt == 1 ? hanging.PassAsync(stop) : Task.CompletedTask };
        await using Engine engine = Create(ledger, options => options.Runs.CompensationTimeout = TimeSpan.FromMinutes(1));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("broken", "broken", after: [plan.Add("seat", "book", input: "seat")]));
        await hanging.Reached;

        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        await Engine.SeeAsync<CompensationFailed>(run);
        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));

        Assert.Equal((CompensationState.Succeeded, 2), (result["seat"].Compensation, Assert.Single(ledger.Undone).Attempt));
        Assert.Equal("TimeoutException", Assert.Single((await Engine.EventsAsync(run)).OfType<CompensationFailed>()).Error.Kind);
    }

    [Fact]
    public async Task An_undo_that_ignores_it_is_given_up_and_no_other_runs_beside_it()
    {
        var hanging = new Checkpoint();
        var ledger = new Ledger { Undoing = (context, _) => context.Subtask.Id == "two" ? hanging.PassAsync(CancellationToken.None) : Task.CompletedTask };
        await using Engine engine = Create(ledger, options => options.Runs.CompensationTimeout = TimeSpan.FromHours(1));
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef one = plan.Add("one", "book", input: "one");
            plan.Add("broken", "broken", after: [plan.Add("two", "book", input: "two", after: [one])]);
        });
        await hanging.Reached;

        engine.Clock.Advance(TimeSpan.FromHours(1));
        await engine.AdvanceUntilAsync(Engine.SeeAsync<CompensationFailed>(run), TimeSpan.FromSeconds(1));
        RunResult result = await run.EndAsync();
        Assert.Equal(["two"], result.NotCompensated.Select(subtask => subtask.Subtask.Id));
        Assert.Equal("one", Assert.Single(ledger.Undone).Input);

        hanging.Open();
        Assert.Equal(CompensationState.Failed, run.GetSnapshot().Subtasks[1].Compensation);
        Assert.Single((await Engine.EventsAsync(run)).OfType<CompensationStarted>(), next => next.SubtaskId == "two");
    }

    [Fact]
    public async Task What_did_not_run_is_not_undone_and_of_a_whole_its_parts_are()
    {
        var ledger = new Ledger();
        await using Engine engine = Create(ledger);

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef each = plan.ForEach("each", plan.Add("list", "list").Output(), "book");
            SubtaskRef broken = plan.Add("broken", "broken", after: [each]);
            plan.Add("never", "book", input: "never", after: [broken]);
        });

        Assert.Equal(["a", "b"], ledger.Undone.Select(undone => undone.Input).Order());
        Assert.Equal(CompensationState.None, result["each"].Compensation);
    }

    private static Engine Create(Ledger ledger, Action<AgentOrchestrationOptions>? options = null) => new(
        builder => builder
            .AddTaskType<Booking>()
            .AddTaskType("plain", "Cannot be undone.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("output"))
            .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<string[]>(["a", "b"]))
            .AddTaskType<None, string>("broken", "Fails.", (_, _, _) => throw new InvalidDataException("Bad data."))
            .AddTaskType("waits", "Waits.", async (None _, TaskContext _, CancellationToken stop) =>
            {
                await new Checkpoint().PassAsync(stop);
                return "never";
            }),
        chosen =>
        {
            chosen.Runs.FailurePolicy = FailurePolicy.Compensate;
            chosen.Runs.CompensationTimeout = TimeSpan.FromDays(1);
            options?.Invoke(chosen);
        },
        services => services.AddSingleton(ledger));

    private sealed class Ledger
    {
        public ConcurrentQueue<(string Input, string Output, string Key, int Attempt)> Undone { get; } = [];

        public Func<TaskContext, CancellationToken, Task> Undoing { get; init; } = (_, _) => Task.CompletedTask;
    }

    [TaskType("book", Description = "Books a seat.")]
    private sealed class Booking(Ledger ledger) : ITaskHandler<string, string>, ICompensable<string, string>
    {
        public ValueTask<string> ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult($"receipt for {input}");

        public async ValueTask CompensateAsync(string input, string output, TaskContext context, CancellationToken cancellationToken)
        {
            await ledger.Undoing(context, cancellationToken);
            ledger.Undone.Enqueue((input, output, context.IdempotencyKey, context.Attempt));
        }
    }
}
