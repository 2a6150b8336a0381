using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Scheduling;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Fallbacks;

/// <summary>Values that take the place of outputs when the work fails for good.</summary>
public sealed class FallbackTests
{
    private static readonly FallbackValue Given = FallbackValue.Of("given");

    private int _calls;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_the_last_attempt_the_fallback_takes_the_place_of_the_output_and_what_depends_on_it_runs()
    {
        await using Engine engine = Create();
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("after", "echo", plan.Add("only", "broken", options: new() { Fallback = Given }).Output()));

        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, 3, OutputOrigin.Fallback), (result.Outcome, _calls, result["only"].Origin));
        Assert.Equal(("given", "given"), (result.GetOutput<string>("only"), result.GetOutput<string>("after")));
        Assert.Equal((3, "Attempt 3."), (result["only"].Attempts, result["only"].Error!.Message));
        Assert.Equal(["only"], result.FellBack.Select(subtask => subtask.Subtask.Id));
        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);
        Assert.Equal(["Attempt 1.", "Attempt 2."], events.OfType<AttemptFailed>().Select(failed => failed.Error.Message));
        SubtaskSucceeded taken = Assert.Single(events.OfType<SubtaskSucceeded>(), next => next.SubtaskId == "only");
        Assert.Equal((OutputOrigin.Fallback, 3, "Attempt 3.", "given"), (taken.Origin, taken.Attempt, taken.Error!.Message, taken.Output));
        Assert.DoesNotContain(events, next => next is SubtaskFailed);
    }

    [Fact]
    public async Task While_attempts_are_left_the_fallback_is_not_taken()
    {
        await using Engine engine = Create(succeedsAt: 3);

        RunResult result = await engine.RunAsync(plan => plan.Add("only", "broken", options: new() { Fallback = Given }));

        Assert.Equal((OutputOrigin.Executed, "attempt 3", null), (result["only"].Origin, result.GetOutput<string>("only"), result["only"].Error));
        Assert.Empty(result.FellBack);
    }

    [Fact]
    public async Task A_subtasks_own_fallback_wins_over_that_of_its_task_type()
    {
        await using Engine engine = Create(type => type.Fallback = FallbackValue.Of("of the type"));

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("type", "broken");
            plan.Add("own", "broken", options: new() { Fallback = Given, Policy = new SubtaskPolicy { MaxAttempts = 1 } });
        });

        Assert.Equal(("of the type", "given"), (result.GetOutput<string>("type"), result.GetOutput<string>("own")));
        Assert.Equal((3, 1), (result["type"].Attempts, result["own"].Attempts));
    }

    [Fact]
    public async Task A_fallback_that_is_null_is_not_the_same_as_no_fallback()
    {
        await using var engine = new Engine(builder => builder.AddTaskType<None, string?>("maybe", "Fails.", (_, _, _) => throw new InvalidDataException("Broken.")));

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("null", "maybe", options: new() { Fallback = FallbackValue.Of<string?>(null) });
            plan.Add("none", "maybe");
        });

        Assert.Equal((SubtaskState.Succeeded, OutputOrigin.Fallback, null), (result["null"].State, result["null"].Origin, result["null"].Output));
        Assert.Equal(SubtaskState.Failed, result["none"].State);
    }

    [Fact]
    public async Task Work_without_an_output_can_have_one_too()
    {
        await using var engine = new Engine(builder => builder.AddTaskType<None, None>("notify", "Fails.", (_, _, _) => throw new InvalidDataException("Broken.")));

        RunResult result = await engine.RunAsync(plan => plan.Add("after", "notify", after: [plan.Add("notify", "notify", options: new() { Fallback = FallbackValue.Of(None.Value) })], options: new() { Fallback = FallbackValue.Of(None.Value) }));

        Assert.Equal([OutputOrigin.Fallback, OutputOrigin.Fallback], result.Subtasks.Select(subtask => subtask.Origin));
        Assert.Same(None.Value, result["notify"].Output);
    }

    [Theory]
    [InlineData("final", "TaskFailedException")]
    [InlineData("unbound", "InvalidOperationException")]
    [InlineData("slow", "TimeoutException")]
    [InlineData("deaf", "TimeoutException")]
    public async Task Whatever_ends_the_work_for_good_takes_it(string work, string kind)
    {
        var released = new TaskCompletionSource();
        await using var engine = new Engine(
            builder => builder
                .AddTaskType<None, string>("final", "Fails.", (_, _, _) => throw new TaskFailedException("No.") { IsFinal = true }, Retrying)
                .AddTaskType<None, int[]>("rows", "Answers.", (_, _, _) => ValueTask.FromResult<int[]>([]))
                .AddTaskType<int, string>("unbound", "Takes a row.", (_, _, _) => ValueTask.FromResult("row"))
                .AddTaskType<None, string>("slow", "Waits.", async (_, _, stop) => { await Task.Delay(Timeout.Infinite, stop); return ""; }, type => type.Timeout = TimeSpan.FromMinutes(1))
                .AddTaskType<None, string>("deaf", "Waits.", async (_, _, _) => { await released.Task; return ""; }, type => type.Timeout = TimeSpan.FromMinutes(1)),
            options => options.Runs.CancellationGracePeriod = work == "deaf" ? TimeSpan.FromSeconds(10) : TimeSpan.FromHours(1));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add(
            "only", work, work == "unbound" ? plan.Add("rows", "rows").Output("/7") : null, options: new() { Fallback = Given }));

        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(5));
        released.SetResult();

        Assert.Equal((OutputOrigin.Fallback, kind, "given"), (result["only"].Origin, result["only"].Error!.Kind, result.GetOutput<string>("only")));
        Assert.Equal(work == "deaf", result["only"].Abandoned);
    }

    [Fact]
    public async Task A_rejected_approval_takes_none()
    {
        await using Engine engine = Create(type => type.RequiresApproval = true);
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("after", "echo", plan.Add("only", "broken", options: new() { Fallback = Given }).Output()));

        await run.RejectAsync(await Engine.SeeAsync<ApprovalRequested>(run), reason: "No.", cancellationToken: TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((SubtaskState.Failed, "Rejected", SubtaskState.Skipped), (result["only"].State, result["only"].Error!.Kind, result["after"].State));
    }

    [Fact]
    public async Task An_approval_that_nobody_gives_in_time_takes_none()
    {
        await using Engine engine = Create(type => type.RequiresApproval = true, options: options => options.Runs.ApprovalTimeout = TimeSpan.FromMinutes(1));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "broken", options: new() { Fallback = Given }));
        await Engine.SeeAsync<ApprovalRequested>(run);

        engine.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("ApprovalExpired", (await run.EndAsync())["only"].Error!.Kind);
    }

    [Theory]
    [InlineData("subtask", SubtaskState.Cancelled)]
    [InlineData("run", SubtaskState.Cancelled)]
    [InlineData("time", SubtaskState.Cancelled)]
    public async Task What_is_stopped_takes_none(string what, SubtaskState expected)
    {
        await using var engine = new Engine(
            builder => builder.AddTaskType<None, string>("wait", "Waits.", async (_, _, stop) => { await Task.Delay(Timeout.Infinite, stop); return ""; }, Retrying),
            options => options.Runs.Timeout = TimeSpan.FromHours(1));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "wait", options: new() { Fallback = Given }));
        await Engine.SeeAsync<AttemptStarted>(run);

        await (what switch { "subtask" => run.CancelAsync("only", TestEnd), "run" => run.CancelAsync(TestEnd), _ => ValueTask.CompletedTask });
        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromMinutes(10));

        Assert.Equal((expected, null), (result["only"].State, result["only"].Output));
    }

    [Fact]
    public async Task Attempts_that_the_budget_no_longer_allows_take_none()
    {
        var begun = new Checkpoint();
        await using var engine = new Engine(
            builder => builder.AddTaskType<None, string>("broken", "Fails.", async (_, context, stop) =>
            {
                await begun.PassAsync(stop);
                throw new InvalidDataException($"Attempt {context.Attempt}.");
            }, Retrying),
            options => options.Runs.Budget = new RunBudget { MaxAttempts = 1, WhenExhausted = BudgetAction.Finish });
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("only", "broken", options: new() { Fallback = Given });
            plan.Add("other", "broken", options: new() { Fallback = Given });
        });
        await Engine.SeeAsync<BudgetExhausted>(run);
        begun.Open();

        RunResult result = await run.EndAsync();

        Assert.Equal((SubtaskState.Failed, "Attempt 1."), (result["only"].State, result["only"].Error!.Message));
        Assert.Equal((SubtaskState.Skipped, SkipReason.Budget), (result["other"].State, result["other"].SkipReason));
    }

    [Fact]
    public async Task It_is_never_cached_and_never_shared_with_a_subtask_that_comes_later()
    {
        await using var engine = new Engine(builder => builder.UseResultCache().AddTaskType<None, string>(
            "pure", "Fails twice.", (_, _, _) => Interlocked.Increment(ref _calls) <= 2 ? throw new InvalidDataException("Broken.") : ValueTask.FromResult($"call {_calls}"),
            type => type.Effect = TaskEffect.Pure));

        // A run ends when its results are in the cache.
        RunResult first = await engine.RunAsync(plan => plan.Add("only", "pure", options: new() { Fallback = Given }));
        RunResult second = await engine.RunAsync(plan => plan.Add("later", "pure", after: [plan.Add("only", "pure", options: new() { Fallback = Given })]));
        RunResult third = await engine.RunAsync(plan => plan.Add("only", "pure"));

        Assert.Equal((OutputOrigin.Fallback, "given"), (first["only"].Origin, first.GetOutput<string>("only")));
        Assert.Equal((OutputOrigin.Fallback, "given"), (second["only"].Origin, second.GetOutput<string>("only")));
        Assert.Equal((OutputOrigin.Executed, "call 3"), (second["later"].Origin, second.GetOutput<string>("later")));
        Assert.Equal((OutputOrigin.Cached, "call 3"), (third["only"].Origin, third.GetOutput<string>("only")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_is_made_from_another_does_the_work_again(bool isDurable)
    {
        var host = new DurableHost(builder => Configure(builder, succeedsAt: 4));
        await using Engine? engine = isDurable ? null : new Engine(builder => Configure(builder, succeedsAt: 4));
        await using ServiceProvider process = host.NewProcess();
        ITaskOrchestrator orchestrator = engine?.Orchestrator ?? DurableHost.OrchestratorOf(process);
        await using OrchestrationRun old = await orchestrator.StartAsync(
            TaskPlan.Create(plan => plan.Add("after", "echo", plan.Add("only", "broken", options: new() { Fallback = Given }).Output())), TestEnd);
        Assert.Equal("given", (await old.EndAsync()).GetOutput<string>("after"));

        await using OrchestrationRun next = await orchestrator.StartFromAsync(old, cancellationToken: TestEnd);
        RunResult result = await next.EndAsync();

        Assert.Equal((OutputOrigin.Executed, OutputOrigin.Executed), (result["only"].Origin, result["after"].Origin));
        Assert.Equal(("attempt 1", "attempt 1"), (result.GetOutput<string>("only"), result.GetOutput<string>("after")));
    }

    [Fact]
    public async Task Of_a_list_each_item_that_fails_takes_it()
    {
        await using var engine = new Engine(builder => builder.AddTaskType<int, string>(
            "odd", "Fails.", (item, _, _) => item % 2 == 0 ? throw new InvalidDataException($"{item} is even.") : ValueTask.FromResult($"{item}")));

        RunResult result = await engine.RunAsync(plan => plan.ForEach("all", [1, 2, 3, 4], "odd", options: new() { Fallback = Given }));

        Assert.Equal(["1", "given", "3", "given"], result.GetOutput<IReadOnlyList<string>>("all"));
        Assert.Equal((OutputOrigin.Executed, 2), (result["all"].Origin, result.FellBack.Count()));
        Assert.Equal("4 is even.", result["all/3"].Error!.Message);
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_fails_because_the_fallback_is_that_of_an_item()
    {
        await using var engine = new Engine(builder => builder
            .AddTaskType<None, JsonElement>("rows", "Answers.", (_, _, _) => ValueTask.FromResult(JsonElement.Parse("7")))
            .AddTaskType<int, string>("row", "Takes a row.", (_, _, _) => ValueTask.FromResult("row")));

        RunResult result = await engine.RunAsync(plan => plan.ForEach("all", plan.Add("rows", "rows").Output(), "row", options: new() { Fallback = Given }));

        Assert.Equal(SubtaskState.Failed, result["all"].State);
    }

    [Fact]
    public async Task Each_subtask_gets_a_value_that_no_other_has()
    {
        List<string> shared = ["a"];
        await using var engine = new Engine(builder => builder.AddTaskType<None, List<string>>(
            "list", "Fails.", (_, _, _) => throw new InvalidDataException("Broken."), type => type.Fallback = FallbackValue.Of(shared)));

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("one", "list");
            plan.Add("two", "list");
        });
        result.GetOutput<List<string>>("one").Add("b");

        Assert.Equal("a", Assert.Single(result.GetOutput<List<string>>("two")));
        Assert.Equal("a", Assert.Single(shared));
    }

    [Fact]
    public async Task A_value_of_a_document_that_is_disposed_of_is_kept()
    {
        var begun = new Checkpoint();
        await using var engine = new Engine(builder => builder.AddTaskType<None, string>("broken", "Fails.", async (_, _, stop) =>
        {
            await begun.PassAsync(stop);
            throw new InvalidDataException("Broken.");
        }));
        var document = JsonDocument.Parse("\"given\"");
        var plan = TaskPlan.Create(plan => plan.Add("only", "broken", options: new() { Policy = new SubtaskPolicy { Fallback = document.RootElement } }));
        await using OrchestrationRun run = await engine.Orchestrator.StartAsync(plan, TestEnd);
        document.Dispose();
        begun.Open();

        Assert.Equal("given", (await run.EndAsync()).GetOutput<string>("only"));
    }

    [Fact]
    public async Task What_was_not_done_is_not_compensated()
    {
        List<string> undone = [];
        await using var engine = new Engine(
            builder =>
            {
                builder.Services.AddSingleton(undone);
                builder.AddTaskType<Half>().AddTaskType<None, string>("broken", "Fails.", (_, _, _) => throw new InvalidDataException("Broken."));
            },
            options => options.Runs.FailurePolicy = FailurePolicy.Compensate);

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef fails = plan.Add("fails", "half", "fails", options: new() { Fallback = Given });
            SubtaskRef works = plan.Add("works", "half", "works");
            plan.Add("broken", "broken", after: [fails, works]);
        });

        Assert.Equal((RunOutcome.Failed, OutputOrigin.Fallback), (result.Outcome, result["fails"].Origin));
        Assert.Equal(["works"], undone);
        Assert.Equal((CompensationState.None, CompensationState.Succeeded), (result["fails"].Compensation, result["works"].Compensation));
    }

    [Fact]
    public void How_long_work_took_that_failed_says_nothing_of_how_long_it_takes()
    {
        TaskGraph graph = GraphOf.Plan(plan =>
        {
            plan.Add("fails", "work", options: new() { Fallback = FallbackValue.Of(None.Value) });
            plan.Add("works", "work");
        });
        var state = new RunState(graph);
        var consequences = new RunConsequences();
        state.Apply(new RunFact(RunFactKind.RunStarted, 0), consequences);
        state.Apply(new RunFact(RunFactKind.AttemptStarted, 0, 0, 1), consequences);
        state.Apply(new RunFact(RunFactKind.AttemptStarted, 0, 1, 1), consequences);
        state.Apply(new RunFact(RunFactKind.SubtaskSucceeded, 5, 0, 1, (byte)OutputOrigin.Fallback, new FallbackOutput(default, new SubtaskError("Broken", "It broke."))), consequences);
        state.Apply(new RunFact(RunFactKind.SubtaskSucceeded, 7, 1, 1, (byte)OutputOrigin.Executed, None.Value), consequences);
        var observed = new ObservedDurations();

        new DurationReader(state.Graph).ReadOn(state.History, observed);

        Assert.Equal(1, Assert.Single(observed.Snapshot()).Seconds.Count);
    }

    [Fact]
    public async Task The_log_warns_of_it_with_the_error()
    {
        var log = new LogOfWarnings();
        await using var engine = new Engine(builder => Configure(builder), services: log.AddTo);

        await engine.RunAsync(plan => plan.Add("only", "broken", options: new() { Fallback = Given }));

        Assert.Contains("fallback takes the place of its output: Attempt 3.", await log.SeeAsync("fallback").InTimeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replan_is_given_that_the_work_failed_and_does_not_count_it_as_finished()
    {
        await using Engine engine = Create();
        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("only", "broken", options: new() { Fallback = Given });
            plan.Add("fails", "broken");
        });

        PlanRefusal feedback = ReplanFeedback.Of(result);

        Assert.Empty(feedback.Finished);
        Assert.Equal(["only", "fails"], feedback.Diagnostics.Select(diagnostic => diagnostic.SubtaskId));
    }

    private static void Retrying(TaskTypeOptions type)
    {
        type.Retry.MaxAttempts = 3;
        type.Retry.Delay = TimeSpan.Zero;
    }

    private Engine Create(Action<TaskTypeOptions>? type = null, int succeedsAt = int.MaxValue, Action<AgentOrchestrationOptions>? options = null) =>
        new(builder => Configure(builder, type, succeedsAt), options);

    private void Configure(IAgentOrchestrationBuilder builder, Action<TaskTypeOptions>? type = null, int succeedsAt = int.MaxValue) => builder
        .AddTaskType<string, string>("echo", "Repeats.", (text, _, _) => ValueTask.FromResult(text))
        .AddTaskType<None, string>(
            "broken", "Fails.",
            (_, context, _) => Interlocked.Increment(ref _calls) < succeedsAt ? throw new InvalidDataException($"Attempt {context.Attempt}.") : ValueTask.FromResult($"attempt {context.Attempt}"),
            options =>
            {
                Retrying(options);
                type?.Invoke(options);
            });

    [TaskType("half", Description = "Works, and can be undone.")]
    private sealed class Half(List<string> undone) : ITaskHandler<string, string>, ICompensable<string, string>
    {
        public ValueTask<string> ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) =>
            input == "fails" ? throw new InvalidDataException("Half done.") : ValueTask.FromResult(input);

        public ValueTask CompensateAsync(string input, string output, TaskContext context, CancellationToken cancellationToken)
        {
            undone.Add(input);
            return ValueTask.CompletedTask;
        }
    }
}
