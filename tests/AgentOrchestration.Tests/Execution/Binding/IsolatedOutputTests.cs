using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Binding;

/// <summary>What one handler does to an output reaches no other, no later run and no journal.</summary>
public sealed class IsolatedOutputTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dependants_receive_copies_where_outputs_are_isolated()
    {
        await using Engine engine = new(Configure, options => options.Runs.IsolateOutputs = true);

        RunResult result = await engine.RunAsync(ChangeThenRead);

        Assert.Equal(("1,2,3", "1,2,3"), (result.GetOutput<string>("read"), result.GetOutput<string>("part")));
    }

    [Fact]
    public async Task Dependants_share_an_output_where_outputs_are_not_isolated()
    {
        await using Engine engine = new(Configure);

        Assert.Equal("666", (await engine.RunAsync(ChangeThenRead)).GetOutput<string>("read"));
    }

    [Fact]
    public async Task Dependants_of_a_durable_run_receive_what_is_in_its_journal()
    {
        DurableHost host = new(Configure);
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(ChangeThenRead), TestEnd);

        RunResult result = await run.EndAsync();

        Assert.Equal(("1,2,3", "1,2,3"), (result.GetOutput<string>("read"), result.GetOutput<string>("part")));
    }

    [Fact]
    public async Task Code_that_changes_what_it_has_returned_changes_nothing_for_its_dependants()
    {
        List<int> kept = [1, 2, 3];
        await using Engine engine = new(
            builder => Configure(builder
                .AddTaskType("keep", "Keeps what it returns.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(kept))
                .AddTaskType(
                    "late",
                    "Changes what was kept.",
                    (None _, TaskContext _, CancellationToken _) =>
                    {
                        kept.Add(666);
                        return ValueTask.FromResult(None.Value);
                    })),
            options => options.Runs.IsolateOutputs = true);

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef keep = plan.Add("keep", "keep");
            plan.Add("read", "read", input: keep.Output(), after: [plan.Add("late", "late", after: [keep])]);
        });

        Assert.Equal("1,2,3", result.GetOutput<string>("read"));
    }

    [Fact]
    public async Task An_output_that_cannot_be_copied_fails_its_subtask_and_says_why()
    {
        await using Engine engine = new(
            builder => builder.AddTaskType("object", "Makes an object.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<object>(new List<int> { 1 })),
            options => options.Runs.IsolateOutputs = true);

        SubtaskSnapshot subtask = (await engine.RunAsync(plan => plan.Add("only", "object")))["only"];

        Assert.Equal((SubtaskState.Failed, "ResultNotStorable"), (subtask.State, subtask.Error!.Kind));
    }

    [Fact]
    public async Task What_a_dependant_does_to_an_output_is_in_no_cache()
    {
        await using Engine engine = new(builder => Configure(builder.UseResultCache()));
        List<string> seen = [];
        for (int run = 0; run < 3; run++)
        {
            RunResult result = await engine.RunAsync(plan => plan.Add("change", "change", input: plan.Add("list", "list").Output()));
            seen.Add(result.GetOutput<string>("change"));
        }

        Assert.Equal(["1,2,3", "1,2,3", "1,2,3"], seen);
    }

    private static void ChangeThenRead(TaskPlanBuilder plan)
    {
        SubtaskRef list = plan.Add("list", "list");
        SubtaskRef change = plan.Add("change", "change", input: list.Output());
        plan.Add("read", "read", input: list.Output(), after: [change]);
        plan.Add("part", "read", input: new System.Text.Json.Nodes.JsonArray(list.Output("/0"), list.Output("/1"), list.Output("/2")), after: [change]);
    }

    private static void Configure(IAgentOrchestrationBuilder builder) => builder
        .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<List<int>>([1, 2, 3]), options => options.Effect = TaskEffect.Pure)
        .AddTaskType("read", "Reads.", (List<int> input, TaskContext _, CancellationToken _) => ValueTask.FromResult(string.Join(',', input)))
        .AddTaskType(
            "change",
            "Changes its input.",
            (List<int> input, TaskContext _, CancellationToken _) =>
            {
                string before = string.Join(',', input);
                input.Clear();
                input.Add(666);
                return ValueTask.FromResult(before);
            });
}
