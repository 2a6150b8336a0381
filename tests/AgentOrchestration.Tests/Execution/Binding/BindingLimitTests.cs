using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Binding;

/// <summary>What a small plan can make of large outputs and of code that adds itself has limits.</summary>
public sealed class BindingLimitTests
{
    private const int Many = 1_600;

    private static readonly Dictionary<string, object> Large = new()
    {
        ["list"] = Enumerable.Range(0, 60_000).Select(number => $"text {number}").ToArray(),
        ["records"] = Enumerable.Range(0, 60_000).Select(number => new Record($"text {number}")).ToArray(),
        ["map"] = Enumerable.Range(0, 60_000).ToDictionary(number => $"{number}", number => $"text {number}"),
    };

    [Theory]
    [InlineData("list")]
    [InlineData("records")]
    [InlineData("map")]
    public void Many_references_to_parts_of_an_output_write_it_once(string output)
    {
        long one = BytesOf(output, 1);

        Assert.InRange(BytesOf(output, Many), 1, 2 * one);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("records")]
    [InlineData("map")]
    public void Many_references_find_the_parts_that_one_finds(string output)
    {
        TaskGraph graph = GraphOf(output, Many, index => index * 7);

        var all = (JsonElement)graph.BindInput(1, _ => Large[output])!;

        Assert.Equal(Many, all.GetArrayLength());
        Assert.All(all.EnumerateArray().Index(), item => Assert.Equal($"text {item.Index * 7}", output == "records" ? item.Item.GetProperty("text").GetString() : item.Item.GetString()));
    }

    [Fact]
    public void A_part_that_is_missing_among_many_is_named()
    {
        TaskGraph graph = GraphOf("list", Many, index => index == 50 ? 60_000 : index);

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => graph.BindInput(1, _ => Large["list"]));

        Assert.Equal("The output of 'list' has no part '/60000'.", error.Message);
    }

    [Fact]
    public async Task More_references_than_a_subtask_may_have_refuse_the_plan()
    {
        await using Engine engine = Create(options => options.MaxReferences = 10);
        await engine.RunAsync(plan => Refer(plan, 10));

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => engine.RunAsync(plan => Refer(plan, 11)));

        PlanDiagnostic diagnostic = Assert.Single(refusal.Diagnostics);
        Assert.Equal((PlanDiagnosticCode.TooLarge, "'echo': There are more than 10 references to outputs."), (diagnostic.Code, diagnostic.Message));

        static void Refer(TaskPlanBuilder plan, int times)
        {
            SubtaskRef text = plan.Add("text", "text");
            plan.Add("echo", "echo", input: new JsonArray([.. Enumerable.Range(0, times).Select(_ => text.Output().ToJsonNode())]));
        }
    }

    [Fact]
    public async Task An_input_that_references_make_too_long_fails_its_subtask_before_it_is_made()
    {
        await using Engine engine = Create(options => options.MaxInputBytes = 100_000);

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef text = plan.Add("text", "text");
            plan.Add("few", "echo", input: new JsonArray([.. Enumerable.Range(0, 9).Select(_ => text.Output().ToJsonNode())]));
            plan.Add("many", "echo", input: new JsonArray([.. Enumerable.Range(0, 10).Select(_ => text.Output().ToJsonNode())]));
        });

        Assert.Equal((SubtaskState.Succeeded, SubtaskState.Failed), (result["few"].State, result["many"].State));
        Assert.Equal("InvalidArguments", result["many"].Error!.Kind);
        Assert.Contains("are longer than 100000 bytes. Refer to smaller parts of outputs or less often, or raise MaxInputBytes.", result["many"].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subtask_that_adds_itself_ends_at_the_depth_that_the_options_allow()
    {
        await using Engine engine = Create(options => options.Runs.MaxAddedDepth = 5);

        RunResult result = await engine.RunAsync(plan => plan.Add("a", "again"));

        Assert.Equal((6, SubtaskState.Failed), (result.Subtasks.Count, result.Subtasks[^1].State));
        Assert.Equal("'a/n/n/n/n/n' is 5 deep and may add nothing deeper. Let one subtask add the others, or raise MaxAddedDepth.", result.Subtasks[^1].Error!.Message);
    }

    [Fact]
    public async Task Ids_of_added_subtasks_have_a_greatest_length()
    {
        await using Engine engine = Create(options => options.Runs.MaxAddedDepth = int.MaxValue);
        string id = new('n', 64);

        RunResult result = await engine.RunAsync(plan => plan.Add("a", "again_" + id.Length));

        Assert.All(result.Subtasks, subtask => Assert.InRange(subtask.Subtask.Id.Length, 1, 4_096));
        Assert.Equal((64, SubtaskState.Failed), (result.Subtasks.Count, result.Subtasks[^1].State));
        Assert.EndsWith("would be longer than 4096 characters. Use shorter ids, or add subtasks less deep.", result.Subtasks[^1].Error!.Message, StringComparison.Ordinal);
    }

    private static long BytesOf(string output, int references)
    {
        TaskGraph graph = GraphOf(output, references, index => index);
        graph.BindInput(1, _ => Large[output]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        graph.BindInput(1, _ => Large[output]);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static TaskGraph GraphOf(string output, int references, Func<int, int> place)
    {
        var serializer = new PayloadSerializer(PayloadSerializer.DefaultOptions);
        TaskDescriptor[] types =
        [
            TaskDescriptor.For("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<string[]>([])),
            TaskDescriptor.For("records", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<Record[]>([])),
            TaskDescriptor.For("map", "Maps.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<Dictionary<string, string>>([])),
            TaskDescriptor.For("echo", "Echoes.", (JsonElement input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input)),
        ];
        var checker = new PlanChecker(new TaskTypeRegistry(types, serializer), new ResourcePools([]), serializer);
        TaskGraph? graph = checker.Check(
            TaskPlan.Create(plan =>
            {
                SubtaskRef source = plan.Add(output, output);
                plan.Add("echo", "echo", input: new JsonArray([.. Enumerable.Range(0, references).Select(index => source.Output($"/{place(index)}").ToJsonNode())]));
            }),
            out IReadOnlyList<PlanDiagnostic> diagnostics);
        Assert.Empty(diagnostics);
        return graph!;
    }

    private static Engine Create(Action<AgentOrchestrationOptions> options) => new(
        builder => builder
            .AddTaskType("text", "Gives a text.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(new string('a', 10_000)))
            .AddTaskType("echo", "Echoes.", (JsonElement input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input))
            .AddTaskType("again", "Adds itself.", (None _, TaskContext context, CancellationToken _) => Again(context, "n", "again"))
            .AddTaskType("again_64", "Adds itself.", (None _, TaskContext context, CancellationToken _) => Again(context, new string('n', 64), "again_64")),
        options);

    private static ValueTask<None> Again(TaskContext context, string id, string type)
    {
        context.AddSubtasks(plan => plan.Add(id, type));
        return ValueTask.FromResult(None.Value);
    }

    private sealed record Record(string Text);
}
