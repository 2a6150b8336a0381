using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Binding;

/// <summary>An output that is not as its task type declares fails the code that made it, not the code that takes it.</summary>
public sealed class OutputDeclarationTests
{
    [Fact]
    public async Task Null_for_an_output_that_is_declared_not_to_be_null_fails_the_code_that_returns_it()
    {
        await FailsAsync(builder => builder.AddTaskType<None, string>("make", "Makes.", (_, _, _) => new((string)null!)), "InvalidOutput");
        await FailsAsync(builder => builder.AddTaskType<None, string>("make", "Makes.", async (_, _, _) =>
        {
            await Task.Yield();
            return null!;
        }), "InvalidOutput");
        await FailsAsync(builder => builder.AddTaskType<Liar>(), "InvalidOutput");
    }

    [Fact]
    public async Task Null_for_an_output_that_may_be_null_is_an_output()
    {
        await SucceedsAsync(builder => builder.AddTaskType<None, string?>("make", "Makes.", (_, _, _) => new((string?)null)));
        await SucceedsAsync(builder => builder.AddTaskType<None, int?>("make", "Makes.", (_, _, _) => new((int?)null)));
        await SucceedsAsync(builder => builder.AddTaskType<Maybe>());
    }

    [Fact]
    public async Task Null_of_another_subtask_is_refused_where_an_input_takes_none_and_says_whose_it_is()
    {
        await using Engine engine = new(builder => builder
            .AddTaskType<None, string?>("maybe", "May give null.", (_, _, _) => new((string?)null))
            .AddTaskType<None, Page>("page", "Has a part that is null.", (_, _, _) => new(new Page("a", null)))
            .AddTaskType<string, int>("strict", "Takes text.", (text, _, _) => new(text.Length), type => type.Retry.MaxAttempts = 5)
            .AddTaskType<Page, int>("strict_part", "Takes a title.", (page, _, _) => new(page.Title.Length))
            .AddTaskType<string?, int>("lenient", "Takes text or null.", (text, _, _) => new(text?.Length ?? -1)));
        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef maybe = plan.Add("maybe", "maybe");
            plan.Add("whole", "strict", maybe.Output());
            plan.Add("part", "strict_part", new JsonObject { ["title"] = maybe.Output(), ["note"] = null });
            plan.Add("note", "strict_part", new JsonObject { ["title"] = "t", ["note"] = maybe.Output() });
            plan.Add("lenient", "lenient", maybe.Output());
            plan.Add("lenient_part", "lenient", plan.Add("page", "page").Output("/note"));
        });

        Assert.All((string[])["whole", "part"], id =>
        {
            Assert.Equal(("InvalidArguments", 1), (result[id].Error?.Kind, result[id].Attempts));
            Assert.Contains("'maybe' is null", result[id].Error!.Message, StringComparison.Ordinal);
        });
        Assert.Equal((1, -1, -1), (result["note"].Output, result["lenient"].Output, result["lenient_part"].Output));
    }

    [Fact]
    public async Task JSON_whose_document_is_disposed_of_fails_the_code_that_returns_it_at_any_depth()
    {
        await FailsAsync(builder => builder.AddTaskType<None, JsonElement>("make", "Makes.", (_, _, _) => new(Disposed())), "ResultNotStorable");
        await FailsAsync(builder => builder.AddTaskType<None, Stats>("make", "Makes.", (_, _, _) => new(Stats.Sound with { Raw = Disposed() })), "ResultNotStorable", "/raw");
        await FailsAsync(builder => builder.AddTaskType<None, object>("make", "Makes.", (_, _, _) => new(Disposed())), "ResultNotStorable");
        await FailsAsync(builder => builder.AddTaskType<None, List<JsonElement>>("make", "Makes.", (_, _, _) => new([JsonElement.Parse("1"), Disposed()])), "ResultNotStorable", "/1");
        await FailsAsync(builder => builder.AddTaskType<None, JsonNode>("make", "Makes.", (_, _, _) => new(DisposedNode())), "ResultNotStorable");
        await SucceedsAsync(builder => builder.AddTaskType<None, JsonNode>("make", "Makes.", (_, _, _) => new(new JsonObject { ["a"] = 1 })));
        await SucceedsAsync(builder => builder.AddTaskType<None, JsonElement>("make", "Makes.", (_, _, _) => new(JsonElement.Parse("[1]"))));
    }

    [Fact]
    public async Task A_number_that_JSON_cannot_hold_fails_the_code_that_returns_it_at_any_depth()
    {
        await FailsAsync(builder => builder.AddTaskType<None, double>("make", "Makes.", (_, _, _) => new(double.NaN)), "ResultNotStorable");
        await FailsAsync(builder => builder.AddTaskType<None, float?>("make", "Makes.", (_, _, _) => new(float.PositiveInfinity)), "ResultNotStorable");
        await FailsAsync(builder => builder.AddTaskType<None, Stats>("make", "Makes.", (_, _, _) => new(Stats.Sound with { Mean = double.NaN })), "ResultNotStorable", "/mean");
        await FailsAsync(builder => builder.AddTaskType<None, Stats>("make", "Makes.", (_, _, _) => new(Stats.Sound with { Rows = [1, double.NegativeInfinity] })), "ResultNotStorable", "/rows/1");
        await FailsAsync(builder => builder.AddTaskType<None, Stats>("make", "Makes.", (_, _, _) => new(Stats.Sound with { Shares = new() { ["x"] = float.NaN } })), "ResultNotStorable", "/shares/x");
        await FailsAsync(builder => builder.AddTaskType<None, (int, double)[]>("make", "Makes.", (_, _, _) => new([(1, 1), (2, double.NaN)])), "ResultNotStorable", "/1/item2");
        await SucceedsAsync(builder => builder.AddTaskType<None, Stats>("make", "Makes.", (_, _, _) => new(Stats.Sound)));
    }

    [Fact]
    public async Task A_number_that_is_not_finite_is_an_output_where_JSON_can_hold_it()
    {
        await SucceedsAsync(builder => builder.AddTaskType<None, Loose>("make", "Makes.", (_, _, _) => new(new Loose(double.NaN))));
        await SucceedsAsync(
            builder => builder.AddTaskType<None, double>("make", "Makes.", (_, _, _) => new(double.NaN)),
            options => options.JsonSerializerOptions = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals });
    }

    [Fact]
    public async Task An_output_that_breaks_its_declaration_may_be_tried_again_and_one_that_JSON_cannot_hold_is_not()
    {
        await using Engine engine = new(builder => builder
            .AddTaskType<None, string>("later", "Is null at first.", (_, context, _) => new(context.Attempt < 3 ? null! : "third"), Retrying)
            .AddTaskType<None, double>("nan", "Is never a number.", (_, _, _) => new(double.NaN), Retrying));

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("later", "later");
            plan.Add("nan", "nan");
        });

        Assert.Equal((3, "third"), (result["later"].Attempts, result["later"].Output));
        Assert.Equal((1, SubtaskState.Failed), (result["nan"].Attempts, result["nan"].State));

        static void Retrying(TaskTypeOptions type)
        {
            type.Retry.MaxAttempts = 5;
            type.Retry.Delay = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_for_its_dependant_is_named_with_its_subtask()
    {
        await using Engine engine = new(builder => builder
            .AddTaskType<None, Throwing>("make", "Makes.", (_, _, _) => new(new Throwing()))
            .AddTaskType<int, int>("use", "Uses.", (number, _, _) => new(number)));

        RunResult result = await engine.RunAsync(plan => plan.Add("use", "use", plan.Add("make", "make").Output("/value")));

        Assert.Equal("InvalidArguments", result["use"].Error!.Kind);
        Assert.Contains("The output of 'make' cannot be written as JSON: Not now.", result["use"].Error!.Message, StringComparison.Ordinal);
    }

    private static JsonElement Disposed()
    {
        using JsonDocument document = JsonDocument.Parse("""{"a":[1,2,3]}""");
        return document.RootElement;
    }

    private static JsonObject DisposedNode()
    {
        using JsonDocument document = JsonDocument.Parse("""{"a":[1,2,3]}""");
        return JsonObject.Create(document.RootElement)!;
    }

    private static async Task FailsAsync(Func<IAgentOrchestrationBuilder, IAgentOrchestrationBuilder> configure, string kind, string? path = null)
    {
        await using Engine engine = new(builder => configure(builder));

        SubtaskSnapshot subtask = (await engine.RunAsync(plan => plan.Add("only", "make")))["only"];

        Assert.Equal((SubtaskState.Failed, kind), (subtask.State, subtask.Error?.Kind));
        Assert.Contains(path is null ? kind == "InvalidOutput" ? "has returned null" : "'only'" : $"at '{path}', ", subtask.Error!.Message, StringComparison.Ordinal);
    }

    private static async Task SucceedsAsync(Func<IAgentOrchestrationBuilder, IAgentOrchestrationBuilder> configure, Action<AgentOrchestrationOptions>? options = null)
    {
        await using Engine engine = new(builder => configure(builder), options);

        SubtaskSnapshot subtask = (await engine.RunAsync(plan => plan.Add("only", "make")))["only"];

        Assert.Equal((SubtaskState.Succeeded, null), (subtask.State, subtask.Error?.Message));
    }

    private sealed record Page(string Title, string? Note);

    private sealed record Stats(double Mean, IReadOnlyList<double> Rows, Dictionary<string, float> Shares, JsonElement Raw)
    {
        public static Stats Sound { get; } = new(1, [1, 2], new() { ["a"] = 0.5f }, JsonElement.Parse("{}"));
    }

    private sealed record Loose([property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double Mean);

    [TaskType("make", Description = "Makes.")]
    private sealed class Liar : ITaskHandler<None, string>
    {
        public ValueTask<string> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => new((string)null!);
    }

    [TaskType("make", Description = "Makes.")]
    private sealed class Maybe : ITaskHandler<None, string?>
    {
        public ValueTask<string?> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => new((string?)null);
    }

    private sealed class Throwing
    {
        private readonly bool _isOver = true;

        public int Value => _isOver ? throw new InvalidDataException("Not now.") : 1;
    }
}
