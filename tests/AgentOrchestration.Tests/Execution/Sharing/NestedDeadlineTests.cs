using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Sharing;

/// <summary>Runs that handlers start: none outlives what has started it.</summary>
public sealed class NestedDeadlineTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>What the subtask of an id does.</summary>
    private readonly Dictionary<string, Func<TaskContext, CancellationToken, Task>> _work = [];

    /// <summary>The limits of the subtask of an id.</summary>
    private readonly Dictionary<string, SubtaskPolicy> _policies = [];

    private readonly List<RunResult> _nested = [];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public void A_nested_run_ends_with_the_timeout_of_the_attempt_that_has_started_it()
    {
        _policies["outer"] = new SubtaskPolicy { Timeout = 10 * Minute };
        _work["outer"] = (context, _) => NestAsync(context, "inner", new RunOptions { Timeout = 60 * Minute });
        _work["inner"] = Forever;

        Simulate("outer", (run, start) =>
        {
            RunResult nested = Nested("inner");
            Assert.Equal((RunOutcome.TimedOut, start + 10 * Minute), (nested.Outcome, nested.Run.EndedAt));
            Assert.Equal($"the subtask 'outer' of the run {run.Result.Run.RunId}", nested.Run.DeadlineOf);
        });
    }

    [Fact]
    public void Its_own_time_limit_counts_where_that_is_shorter()
    {
        _policies["outer"] = new SubtaskPolicy { Timeout = 60 * Minute };
        _work["outer"] = (context, _) => NestAsync(context, "inner", new RunOptions { Timeout = 10 * Minute });
        _work["inner"] = Forever;

        Simulate("outer", (_, start) =>
        {
            RunResult nested = Nested("inner");
            Assert.Equal((RunOutcome.TimedOut, start + 10 * Minute, null), (nested.Outcome, nested.Run.EndedAt, nested.Run.DeadlineOf));
        });
    }

    [Fact]
    public void What_the_attempt_has_used_of_its_time_before_is_gone()
    {
        _policies["outer"] = new SubtaskPolicy { Timeout = 10 * Minute };
        _work["outer"] = async (context, stop) =>
        {
            await Task.Delay(7 * Minute, context.TimeProvider, stop);
            await NestAsync(context, "inner");
        };
        _work["inner"] = Forever;

        Simulate("outer", (_, _) => Assert.Equal((RunOutcome.TimedOut, 3 * Minute), (Nested("inner").Outcome, Nested("inner").Run.EndedAt - Nested("inner").Run.StartedAt)));
    }

    [Fact]
    public void A_nested_run_ends_with_the_run_in_whose_code_it_was_started()
    {
        _work["outer"] = (context, _) => NestAsync(context, "middle", new RunOptions { Timeout = 10 * Minute });
        _work["middle"] = async (context, stop) =>
        {
            await Task.Delay(4 * Minute, context.TimeProvider, stop);
            await NestAsync(context, "inner");
        };
        _work["inner"] = Forever;

        Simulate("outer", (_, start) =>
        {
            RunResult nested = Nested("inner");
            Assert.Equal((RunOutcome.TimedOut, start + 10 * Minute), (nested.Outcome, nested.Run.EndedAt));
            Assert.Equal($"the run {Nested("middle").Run.RunId}", nested.Run.DeadlineOf);
        });
    }

    [Theory]
    [InlineData("first", 4)]
    [InlineData("second", 3)]
    [InlineData("third", 2)]
    public void Of_several_levels_the_earliest_deadline_counts_and_is_named(string owner, int minutes)
    {
        _policies[owner] = new SubtaskPolicy { Timeout = minutes * Minute };
        _work["first"] = (context, _) => NestAsync(context, "second", new RunOptions { Timeout = 100 * Minute });
        _work["second"] = (context, _) => NestAsync(context, "third", new RunOptions { Timeout = 50 * Minute });
        _work["third"] = (context, _) => NestAsync(context, "fourth");
        _work["fourth"] = Forever;

        Simulate("first", (_, start) =>
        {
            RunResult deepest = Nested("fourth");
            Assert.Equal((RunOutcome.TimedOut, start + minutes * Minute), (deepest.Outcome, deepest.Run.EndedAt));
            Assert.StartsWith($"the subtask '{owner}' of the run ", deepest.Run.DeadlineOf, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_timeout_over_all_attempts_counts_too()
    {
        _policies["outer"] = new SubtaskPolicy { Timeout = 8 * Minute, TotalTimeout = 10 * Minute, MaxAttempts = 2 };
        _work["outer"] = async (context, stop) =>
        {
            await Task.Delay(context.Attempt == 1 ? 7 * Minute : TimeSpan.Zero, context.TimeProvider, stop);
            await (context.Attempt == 1 ? throw new InvalidDataException("Once more.") : NestAsync(context, "inner"));
        };
        _work["inner"] = Forever;

        Simulate("outer", (run, start) =>
        {
            RunResult nested = Nested("inner");
            Assert.Equal((RunOutcome.TimedOut, start + 10 * Minute), (nested.Outcome, nested.Run.EndedAt));
            Assert.Equal($"the subtask 'outer' of the run {run.Result.Run.RunId} over all its attempts", nested.Run.DeadlineOf);
        });
    }

    [Fact]
    public async Task Of_code_whose_time_is_over_a_run_starts_nothing()
    {
        await using Engine engine = Create();
        _policies["outer"] = new SubtaskPolicy { Timeout = Minute };
        var hasBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hasNested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int begun = 0;
        _work["outer"] = async (context, stop) =>
        {
            Task end = Forever(context, stop);
            hasBegun.SetResult();
            await end.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await NestAsync(context, "inner");
            hasNested.SetResult();
        };
        _work["inner"] = (_, _) =>
        {
            begun++;
            return Task.CompletedTask;
        };
        await using OrchestrationRun run = await StartAsync(engine.Orchestrator, "outer");
        await hasBegun.Task.InTimeAsync();

        engine.Clock.Advance(Minute);

        await hasNested.Task.InTimeAsync();
        Assert.Equal((RunOutcome.TimedOut, 0), (Nested("inner").Outcome, begun));
        Assert.Equal(RunOutcome.Failed, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public void The_exception_of_its_answer_says_whose_deadline_it_was()
    {
        _policies["outer"] = new SubtaskPolicy { Timeout = 10 * Minute };
        Exception? thrown = null;
        _work["outer"] = async (context, _) => thrown = await Record.ExceptionAsync(async () =>
        {
            await using OrchestrationRun nested = await StartAsync(Orchestrator(context), "inner");
            Assert.NotNull((await nested.CompileAsync<string>(CancellationToken.None)).Value);
        });
        _work["inner"] = Forever;

        Simulate("outer", (run, _) => Assert.Contains(
            $"was stopped at the deadline of the subtask 'outer' of the run {run.Result.Run.RunId}, in whose code it was started",
            Assert.IsType<OrchestrationFailedException>(thrown).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_compensates_may_run_after_the_deadline_of_its_run()
    {
        _work["outer"] = (context, _) => NestAsync(
            Orchestrator(context),
            TaskPlan.Create(plan => plan.Add("forever", "work", after: [plan.Add("done", "undone")])),
            new RunOptions { Timeout = 10 * Minute, FailurePolicy = FailurePolicy.Compensate });
        _work["forever"] = Forever;
        _work["inner"] = (context, stop) => Task.Delay(2 * Minute, context.TimeProvider, stop);

        Simulate("outer", (_, _) =>
        {
            Assert.Equal((RunOutcome.TimedOut, CompensationState.Succeeded), (Nested("done").Outcome, Nested("done")["done"].Compensation));
            Assert.Equal(RunOutcome.Succeeded, Nested("inner").Outcome);
        });
    }

    [Fact]
    public async Task A_run_that_is_started_after_the_code_has_returned_is_not_bound_by_its_attempt()
    {
        await using Engine engine = Create();
        _policies["outer"] = new SubtaskPolicy { Timeout = 10 * Minute };
        var hasReturned = new TaskCompletionSource();
        Task? later = null;
        _work["outer"] = (context, _) =>
        {
            ITaskOrchestrator orchestrator = Orchestrator(context);
            later = NestLaterAsync();
            return Task.CompletedTask;

            async Task NestLaterAsync()
            {
                await hasReturned.Task;
                await NestAsync(orchestrator, "inner", new RunOptions { Timeout = 60 * Minute });
            }
        };
        var works = new TaskCompletionSource();
        _work["inner"] = (context, stop) =>
        {
            Task delay = Task.Delay(30 * Minute, context.TimeProvider, stop);
            works.SetResult();
            return delay;
        };
        await using OrchestrationRun run = await StartAsync(engine.Orchestrator, "outer");
        await run.EndAsync();
        hasReturned.SetResult();
        await works.Task.InTimeAsync();

        await engine.AdvanceUntilAsync(DoneAsync(later!), Minute);

        Assert.Equal(RunOutcome.Succeeded, Assert.Single(_nested).Outcome);
    }

    [Fact]
    public async Task Beside_it_a_run_that_no_code_has_started_has_no_deadline()
    {
        await using Engine engine = Create();
        _policies["outer"] = new SubtaskPolicy { Timeout = 10 * Minute };
        _work["outer"] = Forever;
        _work["beside"] = (context, stop) => Task.Delay(30 * Minute, context.TimeProvider, stop);
        await using OrchestrationRun run = await StartAsync(engine.Orchestrator, "outer");
        await using OrchestrationRun beside = await StartAsync(engine.Orchestrator, "beside");

        RunResult result = await engine.AdvanceUntilAsync(beside.EndAsync(), Minute);

        Assert.Equal((RunOutcome.Succeeded, RunOutcome.Failed), (result.Outcome, (await run.EndAsync()).Outcome));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_durable_nested_run_keeps_the_deadline_of_the_run_around_it_and_not_that_of_an_attempt_that_is_gone(bool isOfRun)
    {
        DurableHost host = new(Configure);
        _policies["outer"] = isOfRun ? new SubtaskPolicy() : new SubtaskPolicy { Timeout = 10 * Minute };
        var hasStarted = new TaskCompletionSource();
        _work["outer"] = async (context, stop) =>
        {
            OrchestrationRun nested = await StartAsync(Orchestrator(context), "inner", new RunOptions { RunId = "nested" });
            await Engine.SeeAsync<AttemptStarted>(nested);
            hasStarted.TrySetResult();
            await Forever(context, stop);
        };
        _work["inner"] = Forever;
        string outerId;
        await using (ServiceProvider process = host.NewProcess())
        {
            OrchestrationRun run = await StartAsync(DurableHost.OrchestratorOf(process), "outer", isOfRun ? new RunOptions { Timeout = 10 * Minute } : null);
            outerId = run.RunId;
            await hasStarted.Task.InTimeAsync();
        }

        host.Clock.Advance(20 * Minute);
        _work["inner"] = (_, _) => Task.CompletedTask;
        await using ServiceProvider next = host.NewProcess();
        await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(next).ResumeAsync("nested", TestEnd);
        RunResult result = await resumed.EndAsync();

        Assert.Equal(isOfRun ? RunOutcome.TimedOut : RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(isOfRun ? $"the run {outerId}" : null, result.Run.DeadlineOf);

        // A new run with the options of this one has no deadline that it has not from the code that starts it.
        _work["later"] = (_, _) => Task.CompletedTask;
        await using OrchestrationRun later = await DurableHost.OrchestratorOf(next).StartAsync(PlanOf("later"), new RunOptions(resumed.Options) { RunId = null }, TestEnd);
        Assert.Null((await later.EndAsync()).Run.DeadlineOf);

        StopRequested[] stops = [.. (await Engine.EventsAsync(resumed)).OfType<StopRequested>()];
        Assert.Equal(isOfRun ? 1 : 0, stops.Length);
    }

    private static async Task<bool> DoneAsync(Task task)
    {
        await task;
        return true;
    }

    private static Task Forever(TaskContext context, CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, context.TimeProvider, stop);

    private static ITaskOrchestrator Orchestrator(TaskContext context) => context.Services.GetRequiredService<ITaskOrchestrator>();

    /// <summary>Runs a plan of one subtask in virtual time, with several seeds.</summary>
    private void Simulate(string id, Action<SimulatedRun, DateTimeOffset> check)
    {
        var simulation = new RunSimulation(services =>
        {
            services.AddSingleton(this);
            Configure(services.AddAgentOrchestration());
        })
        { Patience = TimeSpan.Zero };
        for (int seed = 0; seed < 5; seed++)
        {
            _nested.Clear();
            using SimulatedRun run = simulation.Run(PlanOf(id), seed);
            check(run, run.Result.Run.StartedAt);
        }
    }

    private RunResult Nested(string id) => _nested.Single(nested => nested.Subtasks.Any(subtask => subtask.Subtask.Id == id));

    private TaskPlan PlanOf(string id) => TaskPlan.Create(plan => plan.Add(id, "work", options: new() { Policy = _policies.GetValueOrDefault(id) }));

    private Task NestAsync(TaskContext context, string id, RunOptions? options = null) => NestAsync(Orchestrator(context), id, options);

    private Task NestAsync(ITaskOrchestrator orchestrator, string id, RunOptions? options = null) => NestAsync(orchestrator, PlanOf(id), options);

    private async Task NestAsync(ITaskOrchestrator orchestrator, TaskPlan plan, RunOptions? options)
    {
        await using OrchestrationRun nested = await orchestrator.StartAsync(plan, options, CancellationToken.None);
        RunResult result = await nested.WaitAsync(CancellationToken.None);
        lock (_nested)
        {
            _nested.Add(result);
        }
    }

    private Task<OrchestrationRun> StartAsync(ITaskOrchestrator orchestrator, string id, RunOptions? options = null) =>
        orchestrator.StartAsync(PlanOf(id), options, CancellationToken.None);

    private Engine Create() => new(Configure);

    private void Configure(IAgentOrchestrationBuilder builder) => builder.AddTaskType<Undone>().AddTaskType<None, string>("work", "Works.", async (_, context, stop) =>
    {
        await _work[context.Subtask.Id](context, stop);
        return context.Subtask.Id;
    });

    [TaskType("undone", Description = "Works, and is undone by a run.")]
    private sealed class Undone(NestedDeadlineTests tests) : ITaskHandler<None, string>, ICompensable<None, string>
    {
        public ValueTask<string> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult("done");

        public async ValueTask CompensateAsync(None input, string output, TaskContext context, CancellationToken cancellationToken) => await tests.NestAsync(context, "inner");
    }
}
