using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Results;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>Custom parts can be tested by themselves: a policy, an executor, a compiler, a middleware.</summary>
public sealed class CustomPartTests
{
    private static readonly TaskDescriptor Work =
        TaskDescriptor.For("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1));

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public void A_graph_for_an_executor_is_made_of_a_plan_and_its_task_types()
    {
        TaskGraph graph = TestGraph.Of(
            TaskPlan.Create(plan => plan.Add("b", "work", after: [plan.Add("a", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 2) })])), [Work], ResourceRequirements.Of("gpu", 2));

        Assert.Equal((2, 2L), (graph.Count, Assert.Single(graph.GetResources(0).Amounts).Amount));
        Assert.Equal([0], graph.GetDependencies(1));
    }

    [Fact]
    public void A_plan_that_does_not_pass_the_checks_makes_no_graph() => Assert.Equal(
        PlanDiagnosticCode.UnknownTaskType,
        Assert.Single(Assert.Throws<InvalidPlanException>(() => TestGraph.Of(TaskPlan.Create(plan => plan.Add("a", "other")), [Work])).Diagnostics).Code);

    [Fact]
    public async Task A_policy_orders_a_graph()
    {
        TaskGraph graph = TestGraph.Of(TaskPlan.Create(plan =>
        {
            plan.Add("short", "work");
            plan.Add("long", "work");
        }), [Work]);
        using ServiceProvider services = new ServiceCollection().AddAgentOrchestration().Services.BuildServiceProvider();
        var context = new SchedulingContext(
            graph, [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9)], maxParallelism: 1, services.GetRequiredService<IResourceManager>(), TimeProvider.System);

        SubtaskOrder order = await new LongestFirst().OrderAsync(context, TestEnd);

        Assert.NotNull(order);
        Assert.Throws<ArgumentException>(() => new SchedulingContext(graph, [], maxParallelism: 1, services.GetRequiredService<IResourceManager>()));
    }

    [Fact]
    public async Task A_result_compiler_compiles_a_result()
    {
        TaskPlan plan = TaskPlan.Create(plan => plan.Add("a", "work"));
        var result = new RunResult(new RunSnapshot("run", plan, [new SubtaskSnapshot(plan.Subtasks[0], SubtaskState.Succeeded) { Output = 4 }]) { Outcome = RunOutcome.Succeeded });

        Assert.Equal("4", await new Joining().CompileAsync(result, TestEnd));
        Assert.Throws<ArgumentException>(() => new RunResult(new RunSnapshot("run", plan, [])));
    }

    [Fact]
    public async Task A_middleware_sees_the_input_of_an_attempt()
    {
        object? output = await new Doubling().InvokeAsync(new TestTaskContext(input: 4), (context, _) => ValueTask.FromResult(context.Input), TestEnd);

        Assert.Equal(8, output);
    }

    private sealed class LongestFirst : ISchedulingPolicy
    {
        public ValueTask<SubtaskOrder> OrderAsync(SchedulingContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(SubtaskOrder.ByPriority([.. context.Durations.Select(duration => duration.TotalSeconds)]));
    }

    private sealed class Joining : IResultCompiler<string>
    {
        public ValueTask<string> CompileAsync(RunResult result, CancellationToken cancellationToken) =>
            ValueTask.FromResult(string.Join(", ", result.Succeeded.Select(subtask => subtask.Output)));
    }

    private sealed class Doubling : TaskMiddleware
    {
        public override async ValueTask<object?> InvokeAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken) =>
            2 * (int)(await next(context, cancellationToken))!;
    }
}
