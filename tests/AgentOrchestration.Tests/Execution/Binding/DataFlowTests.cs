using System.Text.Json.Nodes;
using AgentOrchestration.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Binding;

public sealed class DataFlowTests
{
    [Fact]
    public async Task An_output_of_the_right_type_arrives_as_the_same_object()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef point = plan.Add("point", "make_point", input: new JsonObject { ["x"] = 3, ["y"] = 4 });
            plan.Add("same", "same_point", input: point.Output());
        });

        Assert.Same(result["point"].Output, result["same"].Output);
    }

    [Fact]
    public async Task Parts_of_outputs_stand_anywhere_in_arguments()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef first = plan.Add("first", "make_point", input: new JsonObject { ["x"] = 3, ["y"] = 4 });
            SubtaskRef second = plan.Add("second", "make_point", input: new JsonObject { ["x"] = first.Output("/y"), ["y"] = 10 });
            plan.Add("sum", "add_points", input: new JsonObject { ["points"] = new JsonArray(first.Output(), second.Output(), new JsonObject { ["x"] = 100, ["y"] = 200 }) });
        });

        Assert.Equal(new Point(107, 214), result.GetOutput<Point>("sum"));
    }

    [Fact]
    public async Task No_input_and_no_output_are_none()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef nothing = plan.Add("nothing", "nothing");
            plan.Add("after", "nothing", after: [nothing]);
        });

        Assert.Same(None.Value, result["after"].Output);
    }

    [Fact]
    public async Task A_part_that_the_output_turns_out_not_to_have_fails_the_subtask_and_names_it()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef list = plan.Add("list", "make_list");
            plan.Add("third", "negate", input: list.Output("/2"));
        });

        Assert.Equal((SubtaskState.Failed, "The output of 'list' has no part '/2'."), (result["third"].State, result["third"].Error!.Message));
    }

    [Fact]
    public async Task Identical_pure_subtasks_run_once_and_each_has_its_own_outcome()
    {
        int calls = 0;
        await using Engine engine = new(builder => builder.AddTaskType(
            "square",
            "Squares.",
            async (int number, TaskContext _, CancellationToken _) =>
            {
                Interlocked.Increment(ref calls);
                await Task.Yield();
                return number * number;
            },
            options => options.Effect = TaskEffect.Pure));

        RunResult result = await engine.RunAsync(plan =>
        {
            for (int i = 0; i < 10; i++)
            {
                plan.Add($"s{i}", "square", input: 7 + (i % 2));
            }
        });

        Assert.Equal(2, calls);
        Assert.Equal(10, result.Succeeded.Count());
        Assert.All(Enumerable.Range(0, 10), i => Assert.Equal(i % 2 == 0 ? 49 : 64, result.GetOutput<int>($"s{i}")));
        Assert.Equal(8, result.Subtasks.Count(subtask => subtask.Origin == OutputOrigin.Shared));
    }

    private static Engine Create() => new(builder => builder
        .AddTaskType("make_point", "Makes a point.", (Point point, TaskContext _, CancellationToken _) => ValueTask.FromResult(point))
        .AddTaskType("same_point", "Returns it.", (Point point, TaskContext _, CancellationToken _) => ValueTask.FromResult(point))
        .AddTaskType(
            "add_points",
            "Adds points.",
            (Points input, TaskContext _, CancellationToken _) => ValueTask.FromResult(new Point(input.Items.Sum(point => point.X), input.Items.Sum(point => point.Y))))
        .AddTaskType("make_list", "Makes a list.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<int[]>([1, 2]))
        .AddTaskType("negate", "Negates.", (int number, TaskContext _, CancellationToken _) => ValueTask.FromResult(-number))
        .AddTaskType("nothing", "Does nothing.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value)));

    private sealed record Point(int X, int Y);

    private sealed record Points([property: System.Text.Json.Serialization.JsonPropertyName("points")] IReadOnlyList<Point> Items);
}
