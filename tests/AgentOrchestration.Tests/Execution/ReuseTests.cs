using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using AgentOrchestration.Runs;
using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>A new run from an old one.</summary>
public sealed class ReuseTests
{
    private readonly ConcurrentQueue<string> _executed = [];
    private bool _isBroken = true;
    private int _version = 1;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_succeeded_is_not_done_again_and_what_failed_is()
    {
        DurableHost host = Create();
        string old = await RunAsync(host, Plan("x"));
        string[] journal = await host.JournalAsync(old);
        Assert.Equal(["a", "b", "c"], _executed.Order());
        _executed.Clear();
        _isBroken = false;

        RunResult result = await FromAsync(host, old);

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(["b", "d"], _executed.Order());
        Assert.Equal((OutputOrigin.Reused, 0, "a()x"), (result["a"].Origin, result["a"].Attempts, result.GetOutput<string>("a")));
        Assert.Equal("d(b(a()x)x,c(a()x)x)x", result.GetOutput<string>("d"));
        Assert.Equal(journal, await host.JournalAsync(old));
    }

    [Fact]
    public async Task From_a_chosen_subtask_on_everything_is_done_again()
    {
        DurableHost host = Create();
        _isBroken = false;
        string old = await RunAsync(host, Plan("x"));
        _executed.Clear();

        RunResult result = await FromAsync(host, old, rerun: ["b"]);

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(["b", "d"], _executed.Order());
        await Assert.ThrowsAsync<ArgumentException>(() => FromAsync(host, old, rerun: ["nobody"]));
    }

    [Fact]
    public async Task After_a_change_of_the_plan_only_what_it_changes_is_done_again()
    {
        DurableHost host = Create();
        _isBroken = false;
        string old = await RunAsync(host, Plan("x"));
        _executed.Clear();

        RunResult result = await FromAsync(host, old, Plan("y"));

        Assert.Equal(["c", "d"], _executed.Order());
        Assert.Equal("d(b(a()x)x,c(a()x)y)x", result.GetOutput<string>("d"));
    }

    [Fact]
    public async Task Of_a_run_of_this_process_that_needs_no_store()
    {
        _isBroken = false;
        await using var engine = new Engine(AddTaskTypes);
        await using OrchestrationRun old = await engine.Orchestrator.StartAsync(Plan("x"), TestEnd);
        await old.EndAsync();
        _executed.Clear();

        await using OrchestrationRun edited = await engine.Orchestrator.StartFromAsync(old, Plan("y"), cancellationToken: TestEnd);
        Assert.Equal("d(b(a()x)x,c(a()x)y)x", (await edited.EndAsync()).GetOutput<string>("d"));
        Assert.Equal(["c", "d"], _executed.Order());
        _executed.Clear();

        await using OrchestrationRun again = await engine.Orchestrator.StartFromAsync(old, rerun: ["b"], cancellationToken: TestEnd);
        await again.EndAsync();
        Assert.Equal(["b", "d"], _executed.Order());
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Orchestrator.StartFromAsync(old, rerun: ["nobody"], cancellationToken: TestEnd));
    }

    [Fact]
    public async Task With_a_store_a_run_of_this_process_is_waited_for_and_read_from_it()
    {
        DurableHost host = Create();
        _isBroken = false;
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun old = await DurableHost.OrchestratorOf(process).StartAsync(Plan("x"), TestEnd);

        await using OrchestrationRun edited = await DurableHost.OrchestratorOf(process).StartFromAsync(old, Plan("y"), cancellationToken: TestEnd);
        await edited.EndAsync();

        Assert.Equal(["a", "b", "c", "c", "d", "d"], _executed.Order());
    }

    [Fact]
    public async Task A_run_with_an_input_that_is_no_JSON_can_be_started_from_all_the_same()
    {
        await using var engine = new Engine(builder => builder
            .AddTaskType("makes", "Makes.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(new Circle()))
            .AddTaskType("takes", "Takes.", (Circle circle, TaskContext context, CancellationToken _) => Done(context)));
        await using OrchestrationRun old = await engine.StartAsync(plan => plan.Add("takes", "takes", plan.Add("makes", "makes").Output()));
        Assert.Equal(RunOutcome.Succeeded, (await old.EndAsync()).Outcome);

        await using OrchestrationRun again = await engine.Orchestrator.StartFromAsync(old, cancellationToken: TestEnd);

        Assert.Equal(RunOutcome.Succeeded, (await again.EndAsync()).Outcome);
        Assert.Equal(["takes", "takes"], _executed);
    }

    [Fact]
    public async Task What_a_task_type_gave_that_reads_otherwise_now_is_done_again()
    {
        DurableHost host = Create();
        var plan = TaskPlan.Create(plan => plan.Add("p", "pure", input: new JsonArray(), after: [plan.Add("number", "number")]));
        string old;
        await using (ServiceProvider process = host.NewProcess(also: builder => builder.AddTaskType("number", "Gives.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("one"))))
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestEnd);
            await run.EndAsync();
            old = run.RunId;
        }

        _executed.Clear();
        await using ServiceProvider next = host.NewProcess(also: builder => builder.AddTaskType(
            "number", "Gives.", (None _, TaskContext context, CancellationToken _) => ValueTask.FromResult(new[] { 1 }), type => type.Version = 2));
        await using OrchestrationRun again = await DurableHost.OrchestratorOf(next).StartFromAsync(old, cancellationToken: TestEnd);

        RunResult result = await again.EndAsync();
        Assert.Equal((OutputOrigin.Executed, OutputOrigin.Reused), (result["number"].Origin, result["p"].Origin));
        Assert.Empty(_executed);
    }

    [Fact]
    public async Task Results_of_another_version_of_a_task_type_are_not_reused()
    {
        DurableHost host = Create();
        _isBroken = false;
        string old = await RunAsync(host, Plan("x"));
        _executed.Clear();
        _version = 2;

        Assert.Equal(RunOutcome.Succeeded, (await FromAsync(host, old)).Outcome);
        Assert.Equal(["a", "b", "c", "d"], _executed.Order());
    }

    [Fact]
    public async Task Work_that_changes_something_outside_is_reused_only_under_its_own_id()
    {
        DurableHost host = Create();
        TaskPlan Named(string pure, string write) => TaskPlan.Create(plan =>
        {
            plan.Add(pure, "pure", input: new JsonArray());
            plan.Add(write, "write", input: new JsonArray());
        });
        string old = await RunAsync(host, Named("p", "w"));
        _executed.Clear();

        await FromAsync(host, old, Named("p2", "w2"));
        Assert.Equal(["w2"], _executed);
        _executed.Clear();
        await FromAsync(host, old, Named("p", "w"));
        Assert.Empty(_executed);
    }

    [Fact]
    public async Task What_added_subtasks_is_done_again_and_adds_them_and_their_results_are_reused()
    {
        DurableHost host = Create();
        string old = await RunAsync(host, TaskPlan.Create(plan => plan.Add("grows", "grows")));
        _executed.Clear();

        RunResult result = await FromAsync(host, old);

        Assert.Equal(["grows"], _executed);
        Assert.Equal((OutputOrigin.Executed, OutputOrigin.Reused), (result["grows"].Origin, result["grows/added"].Origin));
    }

    [Fact]
    public async Task What_was_added_of_another_version_of_its_task_type_is_done_again()
    {
        DurableHost host = Create();
        string old = await RunAsync(host, TaskPlan.Create(plan => plan.Add("grows", "grows")));
        _executed.Clear();
        _version = 2;

        RunResult result = await FromAsync(host, old);

        Assert.Equal(["grows", "added"], _executed.Select(id => id[(id.IndexOf('/', StringComparison.Ordinal) + 1)..]));
        Assert.Equal(OutputOrigin.Executed, result["grows/added"].Origin);
    }

    [Fact]
    public async Task A_run_that_reuses_results_still_does_so_after_a_crash()
    {
        DurableHost host = Create();
        string old = await RunAsync(host, Plan("x"));
        _executed.Clear();
        _isBroken = false;
        string copy;
        await using (ServiceProvider process = host.NewProcess(FaultyRunStore.CrashingAt(host.Store, 6, hasHappened: false)))
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartFromAsync(old, cancellationToken: TestEnd);
            copy = run.RunId;
            await Assert.ThrowsAsync<RunDetachedException>(() => run.EndAsync());
        }

        host.ProcessDies();
        RunResult result = await host.ResumeToEndAsync(copy);

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.DoesNotContain("a", _executed);
        Assert.DoesNotContain("c", _executed);
    }

    private static async Task<string> RunAsync(DurableHost host, TaskPlan plan)
    {
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestEnd);
        await run.EndAsync();
        return run.RunId;
    }

    private static async Task<RunResult> FromAsync(DurableHost host, string old, TaskPlan? plan = null, string[]? rerun = null)
    {
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartFromAsync(old, plan, rerun, cancellationToken: TestEnd);
        return await run.EndAsync();
    }

    private static TaskPlan Plan(string ofC) => TaskPlan.Create(plan =>
    {
        SubtaskRef a = plan.Add("a", "work", Input("x"));
        SubtaskRef b = plan.Add("b", "work", Input("x", a));
        SubtaskRef c = plan.Add("c", "work", Input(ofC, a));
        plan.Add("d", "work", Input("x", b, c));
    });

    private static JsonObject Input(string text, params SubtaskRef[] of) => new() { ["text"] = text, ["of"] = new JsonArray([.. of.Select(other => other.Output().ToJsonNode())]) };

    private DurableHost Create() => new(AddTaskTypes);

    private void AddTaskTypes(IAgentOrchestrationBuilder builder) => builder
        .AddTaskType("work", "Works.", (Work work, TaskContext context, CancellationToken _) =>
        {
            _executed.Enqueue(context.Subtask.Id);
            return _isBroken && context.Subtask.Id == "b"
                ? throw new InvalidDataException("Broken.")
                : ValueTask.FromResult($"{context.Subtask.Id}({string.Join(',', work.Of)}){work.Text}");
        }, type => type.Version = _version)
        .AddTaskType("pure", "Computes.", (string[] _, TaskContext context, CancellationToken _) => Done(context), type => type.Effect = TaskEffect.Pure)
        .AddTaskType("write", "Changes.", (string[] _, TaskContext context, CancellationToken _) => Done(context), type => type.Version = _version)
        .AddTaskType("grows", "Adds a subtask.", (None _, TaskContext context, CancellationToken _) =>
        {
            context.AddSubtasks(plan => plan.Add("added", "write", input: new JsonArray()));
            return Done(context);
        });

    private ValueTask<string> Done(TaskContext context)
    {
        _executed.Enqueue(context.Subtask.Id);
        return ValueTask.FromResult("done");
    }

    private sealed class Circle
    {
        public Circle Again => this;
    }

    private sealed record Work(string Text, string[] Of);
}
