using AgentOrchestration.Execution;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Foreign;

/// <summary>What the built-in parts do, they do with custom parts around them: no door is theirs alone.</summary>
public sealed class ForeignPartsTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_starts_before_it_is_complete()
    {
        var written = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        await using Engine engine = With(
            builder => builder
                .UseDecomposer(_ => new Streaming(written.Task))
                .AddTaskType("pure", "Computes.", (None _, TaskContext _, CancellationToken _) =>
                {
                    begun.TrySetResult();
                    return ValueTask.FromResult(1);
                }, type => type.Effect = TaskEffect.Pure));

        Task<OrchestrationRun> start = engine.Orchestrator.StartAsync(new OrchestrationRequest("Go."), TestEnd);
        await begun.Task.InTimeAsync();
        Assert.False(start.IsCompleted);
        written.SetResult();
        await using OrchestrationRun run = await start;

        Assert.Equal(["first", "second"], (await run.EndAsync()).Succeeded.Select(subtask => subtask.Subtask.Id));
    }

    [Fact]
    public async Task A_run_in_memory_is_the_source_of_another()
    {
        int calls = 0;
        await using Engine engine = With(builder => builder.AddTaskType("count", "Counts.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(Interlocked.Increment(ref calls))));
        await using OrchestrationRun first = await engine.StartAsync(plan => plan.Add("two", "count", after: [plan.Add("one", "count")]));
        await first.EndAsync();

        await using OrchestrationRun second = await engine.Orchestrator.StartFromAsync(first, rerun: ["two"], cancellationToken: TestEnd);
        RunResult result = await second.EndAsync();

        Assert.Equal((OutputOrigin.Reused, OutputOrigin.Executed, 3), (result["one"].Origin, result["two"].Origin, calls));
    }

    [Fact]
    public async Task A_failed_run_is_planned_again()
    {
        await using Engine engine = With(
            builder => builder
                .UseDecomposer(_ => new Replanning())
                .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
                .AddTaskType("fail", "Fails.", ValueTask<int> (None _, TaskContext _, CancellationToken _) => throw new InvalidDataException("No.")));
        var request = new OrchestrationRequest("Go.");
        await using OrchestrationRun failed = await engine.Orchestrator.StartAsync(request, TestEnd);
        Assert.Equal(RunOutcome.Failed, (await failed.EndAsync()).Outcome);

        await using OrchestrationRun next = await engine.Orchestrator.ReplanAsync(request, failed, TestEnd);
        RunResult result = await next.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, OutputOrigin.Reused), (result.Outcome, result["good"].Origin));
    }

    [Fact]
    public async Task A_forecast_in_mid_run_knows_what_the_run_has_added()
    {
        var open = new TaskCompletionSource();
        await using Engine engine = With(builder => builder
            .AddTaskType("add", "Adds.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.AddSubtasks(plan => plan.Add("later", "wait", after: [plan.Add("soon", "wait", options: new() { EstimatedDuration = TimeSpan.FromSeconds(5) })], options: new() { EstimatedDuration = TimeSpan.FromSeconds(7) }));
                return ValueTask.FromResult(1);
            })
            .AddTaskType("wait", "Waits.", async (None _, TaskContext _, CancellationToken stop) =>
            {
                await open.Task.WaitAsync(stop);
                return 1;
            }));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("root", "add"));
        await Engine.SeeAsync<AttemptStarted>(run, started => started.SubtaskId == "root/soon");

        Forecast forecast = run.Forecast();

        Assert.Equal(["root", "root/soon", "root/later"], forecast.Subtasks.Select(subtask => subtask.Id));
        Assert.Equal(TimeSpan.FromSeconds(12), forecast.Remaining);
        open.SetResult();
        await run.EndAsync();
    }

    [Fact]
    public async Task Durations_are_observed_and_a_run_that_is_only_read_observes_nothing()
    {
        var host = new DurableHost(builder => ForeignParts.AddTo(builder).AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)));
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("one", "work")), TestEnd);
            runId = run.RunId;
            await run.EndAsync();
            await run.DisposeAsync();
            Assert.Equal(1, Assert.Single(process.GetRequiredService<IObservedDurations>().Snapshot()).Seconds.Count);
        }

        await using ServiceProvider reader = host.NewProcess();
        await using OrchestrationRun read = await DurableHost.OrchestratorOf(reader).ResumeAsync(runId, TestEnd);
        Assert.Equal(RunOutcome.Succeeded, (await read.EndAsync()).Outcome);
        await read.DisposeAsync();
        Assert.Empty(reader.GetRequiredService<IObservedDurations>().Snapshot());
    }

    [Fact]
    public async Task The_code_of_a_subtask_receives_a_wrapped_context()
    {
        TaskContext? received = null;
        await using Engine engine = With(builder => builder.AddTaskType("work", "Works.", async (int input, TaskContext context, CancellationToken _) =>
        {
            received = context;
            await Task.Yield();
            context.ReportProgress(0.5);
            return input + 1;
        }));

        RunResult result = await engine.RunAsync(plan => plan.Add("one", "work", input: 4));

        Assert.Equal(5, result.GetOutput<int>("one"));
        Assert.IsType<DelegatingTaskContext>(received, exactMatch: false);
        Assert.Equal((4, 0.5), (received.Input, result["one"].Progress));
    }

    [Fact]
    public async Task Idle_objects_of_a_pool_that_shrinks_are_closed()
    {
        var closed = new TaskCompletionSource();
        await using Engine engine = With(builder => builder
            .AddResourceObjects("tool", 1, (_, _) => ValueTask.FromResult(new Tool(closed)))
            .AddTaskType("use", "Uses.", async (None _, TaskContext context, CancellationToken stop) =>
            {
                await context.RentAsync<Tool>("tool", stop);
                return 1;
            }, type => type.Resources = ResourceRequirements.Of("tool", 1)));
        await engine.RunAsync(plan => plan.Add("one", "use"));
        Assert.False(closed.Task.IsCompleted);

        engine.Services.GetRequiredService<IAdjustableResources>().SetCapacity("tool", 0);

        await closed.Task.InTimeAsync();
    }

    [Fact]
    public async Task A_plan_that_an_executor_does_not_support_is_refused_before_anything_of_it_runs()
    {
        int calls = 0;
        await using Engine engine = new(builder => builder
            .UseExecutor((_, inner) => new Declaring(inner, ExecutorFeatures.All & ~(ExecutorFeatures.Approvals | ExecutorFeatures.Retries)))
            .AddTaskType("pay", "Pays.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(Interlocked.Increment(ref calls)), type =>
            {
                type.RequiresApproval = true;
                type.Retry.MaxAttempts = 3;
            }));

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => engine.StartAsync(plan => plan.Add("pay", "pay")));

        Assert.Equal(
            [(PlanDiagnosticCode.NotSupportedByExecutor, "/subtasks/0"), (PlanDiagnosticCode.NotSupportedByExecutor, "/subtasks/0")],
            refusal.Diagnostics.Select(diagnostic => (diagnostic.Code, diagnostic.Path)));
        Assert.Contains("'pay' requires an approval, which the executor Declaring does not support", refusal.Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task A_plan_that_an_executor_does_not_support_is_refused_also_when_its_run_has_begun_early()
    {
        int paid = 0;
        await using Engine engine = new(
            builder => builder
                .UseDecomposer(_ => new Writing(TaskPlan.Create(plan =>
                {
                    plan.Add("first", "compute");
                    plan.Add("pay", "pay");
                })))
                .UseExecutor((_, inner) => new Restricted(inner, ExecutorFeatures.All & ~ExecutorFeatures.Approvals))
                .AddTaskType("compute", "Computes.", () => 1, type => type.Effect = TaskEffect.Pure)
                .AddTaskType("pay", "Pays.", () => Interlocked.Increment(ref paid), type => type.RequiresApproval = true),
            options => options.Planning.StartsEarly = true);

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => engine.Orchestrator.StartAsync(new OrchestrationRequest("Pay."), TestEnd));

        Assert.Equal(PlanDiagnosticCode.NotSupportedByExecutor, Assert.Single(refusal.Diagnostics).Code);
        Assert.Equal(0, paid);
    }

    [Fact]
    public async Task Options_that_an_executor_does_not_support_begin_no_run_early()
    {
        int computed = 0;
        await using Engine engine = new(
            builder => builder
                .UseDecomposer(_ => new Writing(TaskPlan.Create(plan => plan.Add("first", "compute"))))
                .UseExecutor((_, inner) => new Restricted(inner, ExecutorFeatures.All & ~ExecutorFeatures.Budgets))
                .AddTaskType("compute", "Computes.", () => Interlocked.Increment(ref computed), type => type.Effect = TaskEffect.Pure),
            options => options.Planning.StartsEarly = true);
        var options = new RunOptions { Budget = new RunBudget { MaxAttempts = 1 } };

        await Assert.ThrowsAsync<InvalidPlanException>(() => engine.Orchestrator.StartAsync(new OrchestrationRequest("Compute."), options, TestEnd));

        Assert.Equal(0, computed);
    }

    [Fact]
    public async Task A_run_is_not_resumed_by_an_executor_that_does_not_support_it_and_is_read_by_it_once_it_has_ended()
    {
        var host = new DurableHost(builder => builder.AddTaskType("pay", "Pays.", () => 1, type => type.RequiresApproval = true));
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("pay", "pay")), TestEnd);
            await Engine.SeeAsync<ApprovalRequested>(run);
            runId = run.RunId;
        }

        await Assert.ThrowsAsync<InvalidPlanException>(() => host.ResumeToEndAsync(runId, Restrict));
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
            await run.ApproveAsync(run.GetSnapshot().Subtasks[0].PendingApproval!, cancellationToken: TestEnd);
            await run.EndAsync();
        }

        Assert.Equal(RunOutcome.Succeeded, (await host.ResumeToEndAsync(runId, Restrict)).Outcome);

        static void Restrict(IAgentOrchestrationBuilder builder) =>
            builder.UseExecutor((_, inner) => new Restricted(inner, ExecutorFeatures.All & ~(ExecutorFeatures.Approvals | ExecutorFeatures.RunIds)));
    }

    [Fact]
    public async Task An_executor_that_reuses_nothing_says_so_before_a_model_is_asked()
    {
        var decomposer = new Replanning();
        await using Engine engine = new(builder => builder
            .UseDecomposer(decomposer)
            .UseExecutor((_, inner) => new Declaring(inner, ExecutorFeatures.All & ~ExecutorFeatures.Reuse))
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
            .AddTaskType("fail", "Fails.", ValueTask<int> (None _, TaskContext _, CancellationToken _) => throw new InvalidDataException("No.")));
        var request = new OrchestrationRequest("Go.");
        await using OrchestrationRun failed = await engine.Orchestrator.StartAsync(request, TestEnd);
        await failed.EndAsync();

        await Assert.ThrowsAsync<NotSupportedException>(() => engine.Orchestrator.ReplanAsync(request, failed, TestEnd));

        Assert.Equal(1, decomposer.Calls);
    }

    [Fact]
    public async Task The_policies_conditions_and_optional_dependencies_of_a_graph_can_be_read()
    {
        TaskGraph? graph = null;
        await using Engine engine = new(builder => builder
            .UseExecutor((_, inner) => new Recording(inner, started => graph = started))
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1), type => type.Timeout = TimeSpan.FromSeconds(9)));
        await engine.RunAsync(plan =>
        {
            SubtaskRef one = plan.Add("one", "work");
            SubtaskRef two = plan.Add("two", "work", options: new() { Optional = [one] });
            plan.Add("three", "work", after: [two], options: new() { When = new SubtaskCondition(one.Output(), ConditionOperator.Equals) { Value = System.Text.Json.JsonElement.Parse("1") } });
        });

        Assert.Equal((TimeSpan.FromSeconds(9), 1, false), (graph!.GetPolicy(0).Timeout, graph.GetPolicy(0).MaxAttempts, graph.GetPolicy(0).RequiresApproval));
        Assert.Equal((true, false), (graph.IsOptional(1, 0), graph.IsOptional(2, 1)));
        Assert.Equal((true, false), (graph.HoldsCondition(2, _ => 1), graph.HoldsCondition(2, _ => 2)));
    }

    [Fact]
    public void Wrappers_stay_when_what_they_wrap_is_replaced_and_the_first_is_the_outermost()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddAgentOrchestration()
            .UseExecutor((_, inner) => new Recording(inner, _ => { }))
            .UseExecutor((_, inner) => new Declaring(inner, ExecutorFeatures.All))
            .UseExecutor(_ => new Declaring(null!, ExecutorFeatures.Budgets))
            .Services.BuildServiceProvider();

        var outermost = Assert.IsType<Recording>(services.GetRequiredService<IExecutor>());
        var next = Assert.IsType<Declaring>(outermost.Wrapped);
        Assert.Equal(ExecutorFeatures.Budgets, Assert.IsType<Declaring>(next.Wrapped).Features);
    }

    [Fact]
    public void A_store_that_is_not_there_cannot_be_wrapped() => Assert.Throws<InvalidOperationException>(() =>
        new ServiceCollection().AddAgentOrchestration().UseRunStore((IServiceProvider _, IRunStore inner) => inner));

    private static Engine With(Func<IAgentOrchestrationBuilder, IAgentOrchestrationBuilder> configure) => new(builder => ForeignParts.AddTo(configure(builder)));

    private sealed class Streaming(Task written) : ITaskDecomposer
    {
        private static readonly Subtask First = new() { Id = "first", TaskType = "pure" };

        private static readonly Subtask Second = new() { Id = "second", TaskType = "pure", DependsOn = ["first"] };

        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) =>
            DecomposeAsync(request, refusal, _ => { }, cancellationToken);

        public async ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, Action<Subtask> onSubtask, CancellationToken cancellationToken)
        {
            onSubtask(First);
            await written.WaitAsync(cancellationToken);
            onSubtask(Second);
            return new TaskPlan { Goal = request.Goal, Subtasks = [First, Second] };
        }
    }

    private sealed class Replanning : ITaskDecomposer
    {
        public int Calls { get; private set; }

        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken)
        {
            Calls++;
            return ValueTask.FromResult(TaskPlan.Create(plan =>
            {
                plan.Add("good", "work");
                plan.Add("other", refusal is null ? "fail" : "work");
            }));
        }
    }

    private sealed class Declaring(IExecutor inner, ExecutorFeatures features) : IExecutor
    {
        public IExecutor Wrapped => inner;

        public ExecutorFeatures Features => features;

        public ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken) => inner.StartAsync(graph, options, cancellationToken);
    }

    private sealed class Restricted(IExecutor inner, ExecutorFeatures features) : DelegatingExecutor(inner)
    {
        public override ExecutorFeatures Features => features;
    }

    /// <summary>Reports each subtask before its plan is complete.</summary>
    private sealed class Writing(TaskPlan plan) : ITaskDecomposer
    {
        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) => ValueTask.FromResult(plan);

        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, Action<Subtask> onSubtask, CancellationToken cancellationToken)
        {
            foreach (Subtask subtask in plan.Subtasks)
            {
                onSubtask(subtask);
            }

            return ValueTask.FromResult(plan);
        }
    }

    private sealed class Recording(IExecutor inner, Action<TaskGraph> started) : DelegatingExecutor(inner)
    {
        public IExecutor Wrapped => Inner;

        public override ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken)
        {
            started(graph);
            return base.StartAsync(graph, options, cancellationToken);
        }
    }

    private sealed class Tool(TaskCompletionSource closed) : IDisposable
    {
        public void Dispose() => closed.TrySetResult();
    }
}
