using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Runs;

/// <summary>The JSON of what a host sends to others: it does not depend on the options of the host's serializer where that would give one thing two forms.</summary>
public sealed class PublicJsonTests
{
    public static TheoryData<string> Options => ["default", "web", "snake case", "source generated"];

    public static TheoryData<Type> Enums => [.. typeof(RunEvent).Assembly.GetExportedTypes().Where(type => type.IsEnum)];

    [Theory]
    [MemberData(nameof(Enums))]
    public void An_enum_is_text(Type type) =>
        Assert.All(Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(value => Enum.ToObject(type, value)), value =>
        {
            string json = JsonSerializer.Serialize(value, type, JsonSerializerOptions.Default);

            Assert.Equal($"\"{value}\"", json);
            Assert.Equal(value, JsonSerializer.Deserialize(json, type, JsonSerializerOptions.Default));
        });

    [Theory]
    [MemberData(nameof(Options))]
    public async Task A_subtask_has_one_form_in_events_snapshots_results_and_plans(string options)
    {
        (RunResult result, IReadOnlyList<RunEvent> events) = await RunAsync();
        JsonNode planned = JsonNode.Parse(result.Plan.ToJson())!["subtasks"]!;

        JsonNode[] started = SubtasksIn(Write(events.OfType<RunStarted>().Single(), options));
        Assert.Equal(planned.AsArray().Select(Text), started.Select(Text));
        JsonNode[] snapshot = SubtasksIn(Write(result.Run, options));
        Assert.Equal(planned.AsArray().Select(Text), snapshot.Take(2).Select(Text));
        Assert.Equal(["""{"id":"grows/a","name":"a","type":"work"}"""], SubtasksIn(Write<RunEvent>(events.OfType<SubtasksAdded>().Single(), options)).Select(Text));
        Assert.Equal(["""{"id":"grows/a","name":"a","type":"work"}"""], SubtasksIn(Write(result["grows/a"], options)).Select(Text));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public async Task No_enum_is_a_number_in_anything_that_a_host_can_write(string options)
    {
        (RunResult result, IReadOnlyList<RunEvent> events) = await RunAsync();
        string[] json =
        [
            .. events.Select(next => Write(next, options).ToJsonString()),
            Write<RunEvent>(new BudgetExtended(new RunBudget { WhenExhausted = BudgetAction.Ask }) { Sequence = 0, Time = default }, options).ToJsonString(),
            Write(result.Run, options).ToJsonString(),
            Write(result, options).ToJsonString(),
            Write(new PlanDiagnostic(PlanDiagnosticCode.Cycle, "/subtasks", "A cycle.", "Break it."), options).ToJsonString(),
            Write(new SubtaskError("Kind", "Message") { Exception = new InvalidOperationException("Secret.") }, options).ToJsonString(),
        ];

        string all = string.Join('\n', json);
        Assert.Contains("\"Succeeded\"", all, StringComparison.Ordinal);
        Assert.Contains("\"Ask\"", all, StringComparison.Ordinal);
        Assert.Contains("\"Cycle\"", all, StringComparison.Ordinal);
        Assert.DoesNotContain("Secret.", all, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)\"(outcome|state|origin|reason|limit|code|when_?exhausted|compensation)\":[0-9]", all);
    }

    [Fact]
    public async Task A_forecast_can_be_written_and_its_subtasks_are_those_of_the_plan()
    {
        await using Engine engine = Create();
        TaskPlan plan = TaskPlan.Create(plan => plan.Add("after", "work", after: [plan.Add("first", "work")]));
        JsonNode json = JsonSerializer.SerializeToNode(engine.Orchestrator.Forecast(plan), JsonSerializerOptions.Web)!;

        Assert.Equal("Succeeded", (string?)json["outcome"]);
        Assert.Equal("CriticalPath", (string?)json["bottleneck"]!["kind"]);
        Assert.Equal("""{"id":"first","type":"work"}""", Text(json["plan"]!["subtasks"]![0]));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Events_come_back_as_they_were_written(string options)
    {
        (_, IReadOnlyList<RunEvent> events) = await RunAsync();

        Assert.All(events, next =>
        {
            string json = Write(next, options).ToJsonString();
            RunEvent read = JsonSerializer.Deserialize<RunEvent>(json, OptionsOf(options))!;
            Assert.Equal(next.GetType(), read.GetType());
            Assert.Equal(json, Write(read, options).ToJsonString());
        });
    }

    private static JsonNode Write<T>(T value, string options) => JsonSerializer.SerializeToNode(value, OptionsOf(options))!;

    private static JsonNode Write(RunEvent value, string options) => Write<RunEvent>(value, options);

    private static JsonSerializerOptions OptionsOf(string name) => name switch
    {
        "web" => JsonSerializerOptions.Web,
        "snake case" => new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower },
        "source generated" => PublicJsonContext.Default.Options,
        _ => JsonSerializerOptions.Default,
    };

    /// <summary>The objects that have an id and a task type, wherever they are.</summary>
    private static JsonNode[] SubtasksIn(JsonNode node) => node switch
    {
        JsonObject found when found.ContainsKey("id") => [found],
        JsonObject other => [.. other.Select(property => property.Value).OfType<JsonNode>().SelectMany(SubtasksIn)],
        JsonArray array => [.. array.OfType<JsonNode>().SelectMany(SubtasksIn)],
        _ => [],
    };

    private static string Text(JsonNode? node) => node!.ToJsonString();

    private static Engine Create() => new(builder => builder
        .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done"))
        .AddTaskType("grows", "Adds a subtask.", (None _, TaskContext context, CancellationToken _) =>
        {
            context.AddSubtasks(plan => plan.Add("a", "work"));
            return ValueTask.FromResult("grown");
        }));

    private static async Task<(RunResult Result, IReadOnlyList<RunEvent> Events)> RunAsync()
    {
        await using Engine engine = Create();
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("grows", "grows");
            plan.Add("last", "work", options: new() { Resources = ResourceRequirements.None });
        });
        RunResult result = await run.EndAsync();
        return (result, await Engine.EventsAsync(run));
    }
}
