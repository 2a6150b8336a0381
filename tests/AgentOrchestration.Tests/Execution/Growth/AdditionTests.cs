using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Growth;

/// <summary>Handlers that add subtasks in many calls.</summary>
public sealed class AdditionTests
{
    [Fact]
    public async Task Adding_subtasks_one_by_one_costs_the_same_for_each()
    {
        int adds = 0;
        long bytes = 0;
        await using Engine engine = Adding(
            context =>
            {
                bytes = 0;
                for (int i = 0; i < adds; i++)
                {
                    bytes += Cost.BytesOf(() => context.AddSubtasks(plan => plan.Add($"a{i}", "echo", input: $"{i}", after: i == 0 ? [] : [new SubtaskRef($"a{i - 1}")])));
                }
            },
            options => options.Runs.MaxAddedSubtasks = int.MaxValue);
        List<long> costs = [];
        foreach (int count in (int[])[50, 500, 2000])
        {
            adds = count;
            Assert.Equal(count + 1, (await engine.RunAsync(plan => plan.Add("grow", "grow"))).Subtasks.Count);
            costs.Add(bytes);
        }

        Assert.True(costs[2] <= costs[1] * 5.5, $"500 cost {costs[1]} bytes, 2000 cost {costs[2]}.");
    }

    [Fact]
    public async Task A_later_call_knows_what_an_earlier_one_has_added()
    {
        await using Engine engine = Adding(context =>
        {
            context.AddSubtasks(plan => plan.Add("one", "echo", input: "one"));
            context.AddSubtasks(plan => plan.Add("two", "echo", input: new SubtaskRef("one").Output()));
            context.AddSubtasks(plan => plan.Add("both", "list", input: new JsonArray(new SubtaskRef("one").Output().ToJsonNode(), new SubtaskRef("two").Output().ToJsonNode())));
        });

        RunResult result = await engine.RunAsync(plan => plan.Add("grow", "grow"));

        Assert.Equal("one, one", result.GetOutput<string>("grow/both"));
    }

    [Fact]
    public async Task An_id_that_an_earlier_call_has_used_is_refused_with_both_places()
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = [];
        await using Engine engine = Adding(context =>
        {
            context.AddSubtasks(plan => plan.Add("one", "echo", input: "one"));
            context.AddSubtasks(plan => plan.Add("two", "echo", input: "two"));
            diagnostics = Assert.Throws<InvalidPlanException>(() => context.AddSubtasks(plan =>
            {
                plan.Add("three", "echo", input: "three");
                plan.Add("two", "echo", input: 2);
            })).Refusal.Diagnostics;
        });

        RunResult result = await engine.RunAsync(plan => plan.Add("grow", "grow"));

        Assert.Equal(["grow", "grow/one", "grow/two"], result.Subtasks.Select(subtask => subtask.Subtask.Id));
        Assert.Equal(
            [(PlanDiagnosticCode.DuplicateId, "/subtasks/3/id"), (PlanDiagnosticCode.InvalidArguments, "/subtasks/3/arguments")],
            diagnostics.Select(diagnostic => (diagnostic.Code, diagnostic.Path)));
        Assert.Contains("/subtasks/1 has the same id", diagnostics[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_call_may_change_and_remove_what_an_earlier_one_has_added()
    {
        await using Engine engine = Adding(context =>
        {
            context.AddSubtasks(plan =>
            {
                plan.Add("one", "echo", input: "one");
                plan.Add("two", "echo", input: "two");
            });
            context.AddSubtasks(plan =>
            {
                plan.Add("three", "echo", input: "three");
                plan.Remove("one");
                plan.Replace("two", two => two with { Arguments = System.Text.Json.JsonElement.Parse("\"changed\"") });
            });
            context.AddSubtasks(plan => plan.Add("one", "echo", input: "again"));
        });

        RunResult result = await engine.RunAsync(plan => plan.Add("grow", "grow"));

        Assert.Equal(["grow", "grow/two", "grow/three", "grow/one"], result.Subtasks.Select(subtask => subtask.Subtask.Id));
        Assert.Equal(("changed", "again"), (result.GetOutput<string>("grow/two"), result.GetOutput<string>("grow/one")));
    }

    [Fact]
    public async Task An_addition_that_takes_the_id_of_a_subtask_of_the_run_is_checked_with_what_depends_on_that_id()
    {
        InvalidPlanException? refusal = null;
        await using Engine engine = Adding(context =>
        {
            context.AddSubtasks(plan => plan.Add("first", "echo", input: new SubtaskRef("given").Output()));
            refusal = Assert.Throws<InvalidPlanException>(() => context.AddSubtasks(plan => plan.Add("given", "echo", input: new SubtaskRef("first").Output())));
        });

        RunResult result = await engine.RunAsync(plan => plan.Add("grow", "grow", after: [plan.Add("given", "echo", input: "given")]));

        Assert.Equal(PlanDiagnosticCode.Cycle, Assert.Single(refusal!.Refusal.Diagnostics).Code);
        Assert.Equal("given", result.GetOutput<string>("grow/first"));
    }

    [Fact]
    public async Task Subtasks_that_threads_add_side_by_side_are_all_added()
    {
        await using Engine engine = Adding(context => Parallel.For(0, 100, i => context.AddSubtasks(plan => plan.Add($"a{i}", "echo", input: $"{i}"))));

        RunResult result = await engine.RunAsync(plan => plan.Add("grow", "grow"));

        Assert.Equal((RunOutcome.Succeeded, 101), (result.Outcome, result.Subtasks.Count));
    }

    private static Engine Adding(Action<TaskContext> add, Action<AgentOrchestrationOptions>? options = null) => new(
        builder => builder
            .AddTaskType("echo", "Echoes.", (string text, TaskContext _, CancellationToken _) => ValueTask.FromResult(text))
            .AddTaskType("list", "Lists.", (string[] texts, TaskContext _, CancellationToken _) => ValueTask.FromResult(string.Join(", ", texts)))
            .AddTaskType("grow", "Adds.", (None _, TaskContext context, CancellationToken _) =>
            {
                add(context);
                return ValueTask.FromResult("grown");
            }),
        options);
}
