using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Execution.Early;
using AgentOrchestration.Tests.Planning;
using AgentOrchestration.Tests.Tasks.Deferring;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Runs.Events;

/// <summary>Runs that between them bring about every kind of event there is; each event survives its JSON.</summary>
public sealed class RunEventTests
{
    private static readonly Type[] Kinds = [.. typeof(RunEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(kind => kind.DerivedType)];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_event_has_a_kind_in_JSON()
    {
        IEnumerable<Type> events = typeof(RunEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(RunEvent)) && !type.IsAbstract);

        Assert.Equal(events.Select(type => type.Name).Order(), Kinds.Select(type => type.Name).Order());
    }

    [Fact]
    public async Task Every_kind_of_event_comes_from_a_run_and_survives_its_JSON()
    {
        IReadOnlyList<RunEvent>[] runs = [await ChattyRunAsync(), await TroubledRunAsync(), await UndoneRunAsync(), await InterruptedRunAsync(), await EarlyRunAsync(), await HeldRunAsync(), await JoiningRunAsync(), await HastyRunAsync(), await HedgedRunAsync(), await DeferredRunAsync(), await PausedRunAsync()];
        RunEvent[] events = [.. runs.SelectMany(run => run)];

        Assert.Equal(Kinds.Select(kind => kind.Name).Order(), events.Select(next => next.GetType().Name).Distinct().Order());
        Assert.All(events, next =>
        {
            string json = JsonSerializer.Serialize(next);
            RunEvent read = JsonSerializer.Deserialize<RunEvent>(json)!;
            Assert.Equal((next.GetType(), next.Sequence, next.Time), (read.GetType(), read.Sequence, read.Time));
            Assert.Equal(json, JsonSerializer.Serialize(read));
        });
        Assert.All(runs, run =>
        {
            RunSnapshot before = RunSnapshot.Fold(run);
            RunSnapshot after = RunSnapshot.Fold(JsonSerializer.Deserialize<RunEvent[]>(JsonSerializer.Serialize(run))!);
            Assert.Equal(before.Subtasks.Select(Describe), after.Subtasks.Select(Describe));
            Assert.Equal((before.Outcome, before.StopReason, before.ExhaustedBudget, before.Usage), (after.Outcome, after.StopReason, after.ExhaustedBudget, after.Usage));
        });
    }

    private static (string, SubtaskState, int, string?, CompensationState) Describe(SubtaskSnapshot subtask) =>
        (subtask.Subtask.Id, subtask.State, subtask.Attempts, subtask.Error?.Message, subtask.Compensation);

    /// <summary>A process that left its run, and another that goes on with it.</summary>
    private static async Task<IReadOnlyList<RunEvent>> InterruptedRunAsync()
    {
        Func<CancellationToken, Task> hold = stop => new Checkpoint().PassAsync(stop);
        DurableHost host = new(builder => builder.AddTaskType("hold", "Waits.", async (None _, TaskContext _, CancellationToken stop) =>
        {
            await hold(stop);
            return "done";
        }));
        await using ServiceProvider one = host.NewProcess();
        OrchestrationRun left = await DurableHost.OrchestratorOf(one).StartAsync(TaskPlan.Create(plan => plan.Add("hold", "hold")), TestEnd);
        await Engine.SeeAsync<AttemptStarted>(left);
        await left.DisposeAsync();
        hold = _ => Task.CompletedTask;
        await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(one).ResumeAsync(left.RunId, TestEnd);
        return await Engine.EventsAsync(resumed);
    }

    /// <summary>A run whose calls wait for a batch.</summary>
    private static async Task<IReadOnlyList<RunEvent>> DeferredRunAsync()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        await using ServiceProvider process = world.NewProcess(isDurable: false);
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(2), DeferredWorld.Within(24), TestEnd);
        await DeferredWorld.DeferAllAsync(run);
        await world.AdvanceUntilAsync(run.EndAsync());
        return await Engine.EventsAsync(run);
    }

    /// <summary>A run that waits for work of another, and finds its result.</summary>
    private static async Task<IReadOnlyList<RunEvent>> JoiningRunAsync()
    {
        var working = new Checkpoint();
        await using Engine engine = new(builder => builder.UseResultCache().AddTaskType(
            "work",
            "Works.",
            async (TaskContext _) =>
            {
                await working.PassAsync();
                return "output";
            },
            options => options.Effect = TaskEffect.Pure));
        await using OrchestrationRun owner = await engine.StartOneAsync();
        await working.Reached;
        await using OrchestrationRun joining = await engine.StartOneAsync();
        await Engine.SeeAsync<FlightJoined>(joining);
        working.Open();
        return await Engine.EventsAsync(joining);
    }

    private static async Task<IReadOnlyList<RunEvent>> PausedRunAsync()
    {
        var checkpoint = new Checkpoint();
        await using var engine = new Engine(builder => builder.AddTaskType("hold", "Waits.", async (CancellationToken stop) => await checkpoint.PassAsync(stop)));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("second", "hold", after: [plan.Add("first", "hold")]));
        await checkpoint.Reached;
        await run.PauseAsync("because", TestEnd);
        checkpoint.Open();
        await Engine.SeeAsync<SubtaskSucceeded>(run);
        await run.ContinueAsync(TestEnd);
        return await Engine.EventsAsync(run);
    }

    /// <summary>Work that starts before its turn and comes to every end.</summary>
    private static async Task<IReadOnlyList<RunEvent>> HastyRunAsync()
    {
        var first = new Checkpoint();
        var running = new Checkpoint();
        var steps = new Steps();
        steps.Code["first"] = (_, stop) => first.PassAsync(stop);
        steps.Code["running"] = (_, stop) => running.PassAsync(stop);
        steps.Code["failing"] = (_, _) => throw new InvalidDataException("Bad data.");
        await using Engine engine = steps.Engine();
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef before = Steps.Add(plan, "first", "read");
            Array.ForEach(["held", "failing", "running"], id => Steps.Add(plan, id, "read", after: [before]));
        });
        await Engine.SeeAsync<OutputHeld>(run);
        await Engine.SeeAsync<OutputDropped>(run);
        await running.Reached;
        first.Open();
        await Engine.SeeAsync<AttemptConfirmed>(run);
        running.Open();
        return await Engine.EventsAsync(run);
    }

    /// <summary>A run that begins while its plan is being written.</summary>
    private static async Task<IReadOnlyList<RunEvent>> EarlyRunAsync()
    {
        await using Engine engine = new(
            builder => builder.AddTaskType<None, string>("read", "Reads.", (_, _, _) => ValueTask.FromResult("output"), options => options.Effect = TaskEffect.Pure),
            services: services => services.AddSingleton<IChatClient>(new ScriptedModel("""{"subtasks":[{"id":"only","type":"read"}]}""")));
        await using OrchestrationRun run = await engine.Orchestrator.StartAsync(new OrchestrationRequest("Read."), TestEnd);
        await run.EndAsync();
        return await Engine.EventsAsync(run);
    }

    /// <summary>Two that share a long prompt, of which one starts first.</summary>
    private static async Task<IReadOnlyList<RunEvent>> HeldRunAsync()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult("output"), options => options.SharedPrompt = static _ => "prompt");
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("first", "work");
            plan.Add("second", "work");
        });
        await run.EndAsync();
        return await Engine.EventsAsync(run);
    }

    /// <summary>A second attempt beside one that shows nothing.</summary>
    private static async Task<IReadOnlyList<RunEvent>> HedgedRunAsync()
    {
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(context.Attempt == 1 ? 60 : 1), context.TimeProvider, stop);
                return "output";
            },
            options => options.Effect = TaskEffect.Read,
            options => options.Runs.Extra = new ExtraWork { HedgeShare = 1 });
        var observed = engine.Services.GetRequiredService<IObservedDurations>();
        for (int i = 0; i < 10; i++)
        {
            observed.Observe(new Subtask { Id = "before", TaskType = "work" }, TimeSpan.FromSeconds(1));
        }

        await using OrchestrationRun run = await engine.StartOneAsync();
        await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));
        return await Engine.EventsAsync(run);
    }

    /// <summary>Approval, growth, ticks of which some are lost, usage, a retry, a budget that is extended.</summary>
    private static async Task<IReadOnlyList<RunEvent>> ChattyRunAsync()
    {
        await using Engine engine = Engine.For(
            (context, _) =>
            {
                if (context.Subtask.Id == "only" && context.Attempt == 1)
                {
                    throw new InvalidDataException("Bad data.");
                }

                if (context.Subtask.Id == "only")
                {
                    context.ReportProgress(0.5, "half");
                    for (int i = 0; i < 1500; i++)
                    {
                        context.StreamText($"{i}");
                    }

                    context.ReportProgress(1, "done");
                    context.ReportUsage(new TaskUsage(1, 2, 3.5m));
                    context.AddSubtasks(plan => plan.Add("more", "work", options: new() { Policy = new SubtaskPolicy { RequiresApproval = false, Timeout = TimeSpan.FromMinutes(1) } }));
                }

                return ValueTask.FromResult("output");
            },
            options =>
            {
                options.RequiresApproval = true;
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.Zero;
            },
            options => options.Runs.Budget = new RunBudget { MaxAttempts = 2, WhenExhausted = BudgetAction.Ask });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await run.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(run), "Ada", "Fine.", TestEnd);
        await Engine.SeeAsync<BudgetExhausted>(run);
        await run.ExtendBudgetAsync(new RunBudget { MaxCost = 10, MaxTime = TimeSpan.FromHours(1) }, TestEnd);
        return await Engine.EventsAsync(run);
    }

    /// <summary>Timeouts, abandonment, cancellation of one subtask, what is skipped for it.</summary>
    private static async Task<IReadOnlyList<RunEvent>> TroubledRunAsync()
    {
        var never = new Checkpoint();
        var cancelled = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                await (context.Subtask.Id == "hangs" ? never.PassAsync(CancellationToken.None) : cancelled.PassAsync(stop));
                return "never";
            },
            options => options.Timeout = TimeSpan.FromMinutes(1));
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("hangs", "work");
            plan.Add("needs", "work", after: [plan.Add("cancelled", "work")]);
        });
        await Task.WhenAll(never.Reached, cancelled.Reached);
        await run.CancelAsync("cancelled", TestEnd);
        await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(10));
        never.Open();
        return await Engine.EventsAsync(run);
    }

    /// <summary>A failure that stops the run, and undoing, which fails once.</summary>
    private static async Task<IReadOnlyList<RunEvent>> UndoneRunAsync()
    {
        await using Engine engine = new(
            builder => builder
                .AddTaskType<Undoable>()
                .AddTaskType<None, string>("broken", "Fails.", (_, _, _) => throw new InvalidDataException("Bad data.")),
            options =>
            {
                options.Runs.FailurePolicy = FailurePolicy.Compensate;
                options.Runs.CompensationTimeout = TimeSpan.FromDays(1);
            });
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("broken", "broken", after: [plan.Add("undone", "undoable")]));
        await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));
        return await Engine.EventsAsync(run);
    }

    [TaskType("undoable", Description = "Can be undone.")]
    private sealed class Undoable : ITaskHandler<None, string>, ICompensable<None, string>
    {
        public ValueTask<string> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult("output");

        public ValueTask CompensateAsync(None input, string output, TaskContext context, CancellationToken cancellationToken) =>
            context.Attempt == 1 ? throw new InvalidDataException("The desk is closed.") : ValueTask.CompletedTask;
    }
}
