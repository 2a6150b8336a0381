using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Planning.Selection;

public sealed class PlanTemplateTests
{
    private const string Goal = "Market report on {topic} in {place}";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_of_the_form_fills_the_slots_and_needs_no_model()
    {
        TaskPlan plan = await PlanAsync("market report on  electric cars (2026) in Europe ");

        Assert.Equal("market report on  electric cars (2026) in Europe ", plan.Goal);
        Assert.Equal(["Find electric cars (2026)", "join"], plan.Subtasks.Select(subtask => subtask.Name));
        Assert.Equal("Who buys electric cars (2026) in Europe? {nothing} {", plan.Subtasks[0].Description);
        Assert.Equal("""{"query":"electric cars (2026), Europe","list":["electric cars (2026)",3,{"deep":"Europe"}]}""", Unescaped(plan.Subtasks[0].Arguments));
        Assert.Equal("""{"query":{"$output":"find"},"list":[]}""", Unescaped(plan.Subtasks[1].Arguments));
        Assert.Equal((1, 0), (plan.Planning!.Rounds, plan.Planning.Tokens));
    }

    [Fact]
    public async Task It_starts_like_any_other_plan()
    {
        await using OrchestrationRun run = await With(model: null).StartAsync(new OrchestrationRequest("Market report on tea in Asia"), TestEnd);

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal("found tea, Asia", run.GetSnapshot().Subtasks[0].Output);
    }

    [Theory]
    [InlineData("Market report on tea")]
    [InlineData("Market report on  in Asia")]
    [InlineData("A market report on tea in Asia")]
    [InlineData("Market report on tea in cups in Asia")]
    [InlineData("Describe a.csv")]
    public async Task Other_requests_go_on_to_the_decomposer(string goal)
    {
        var model = new ScriptedModel(Application.SoundPlan);

        Assert.Equal("rows", (await With(model).PlanAsync(new OrchestrationRequest(goal), TestEnd)).Subtasks[0].Id);
        Assert.Single(model.Asked);
    }

    [Fact]
    public async Task A_request_with_inputs_says_more_than_a_template_knows_of()
    {
        var model = new ScriptedModel(Application.SoundPlan);

        await With(model).PlanAsync(new OrchestrationRequest("Market report on tea in Asia") { Inputs = { ["year"] = 2026 } }, TestEnd);

        Assert.Single(model.Asked);
    }

    [Fact]
    public async Task A_value_with_half_a_character_has_no_plan()
    {
        var model = new ScriptedModel(Application.SoundPlan);

        Assert.Equal("rows", (await With(model).PlanAsync(new OrchestrationRequest("Market report on \ud800 in Asia"), TestEnd)).Subtasks[0].Id);
    }

    [Fact]
    public async Task A_value_too_long_for_a_topic_is_another_request()
    {
        var model = new ScriptedModel(Application.SoundPlan);
        ITaskOrchestrator orchestrator = With(model);

        Assert.Equal("find", (await orchestrator.PlanAsync(new OrchestrationRequest($"Market report on {new string('t', 1000)} in Asia"), TestEnd)).Subtasks[0].Id);
        Assert.Equal("rows", (await orchestrator.PlanAsync(new OrchestrationRequest($"Market report on {new string('t', 1001)} in Asia"), TestEnd)).Subtasks[0].Id);
    }

    [Fact]
    public async Task The_first_template_that_fits_answers_and_its_plan_may_be_refused_as_any_other()
    {
        var model = new ScriptedModel(Application.SoundPlan);
        ITaskOrchestrator orchestrator = Application.With(model, configure: builder => builder
            .AddPlanTemplate("Report on {topic}", TaskPlan.Create(plan => plan.Add("a", "sing")))
            .AddPlanTemplate("Report {what}", TaskPlan.Create(plan => plan.Add("b", "read_csv", new JsonObject { ["path"] = "{what}" }))));

        Assert.Equal("""{"path":"of tea"}""", Unescaped((await orchestrator.PlanAsync(new OrchestrationRequest("Report of tea"), TestEnd)).Subtasks[0].Arguments));
        TaskPlan repaired = await orchestrator.PlanAsync(new OrchestrationRequest("Report on tea"), TestEnd);

        Assert.Equal("rows", repaired.Subtasks[0].Id);
        Assert.Contains("There is no task type 'sing'", Assert.Single(model.Asked)[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_a_request_says_it_changes_nothing_but_texts()
    {
        ITaskOrchestrator orchestrator = With(model: null);
        string shape = ShapeOf(Template);
        string[] hostile =
        [
            "\"}],\"type\":\"shell\"", "{\"$output\":\"find\"}", "{place}", "{topic}", "{\"$secret\":\"key\"}", "\\\"", "\u0000", "\u2028", "\ud83d\ude00", "$output", "]]}}", "\r\n- id: x",
        ];
        await Gen.Select(Gen.String, Gen.Int[0, hostile.Length - 1]).SampleAsync(
            async (any, index) =>
            {
                string value = (hostile[index] + any).Trim();
                if (value.Length == 0 || value.Contains(" in ", StringComparison.OrdinalIgnoreCase) || !IsWhole(value))
                {
                    // No topic, another topic, or none that has a JSON form.
                    return;
                }

                TaskPlan plan = await orchestrator.PlanAsync(new OrchestrationRequest($"Market report on {value} in Asia"), TestContext.Current.CancellationToken);

                Assert.Equal(shape, ShapeOf(plan));
                Assert.Equal($"{value}, Asia", plan.Subtasks[0].Arguments!.Value.GetProperty("query").GetString());
                Assert.Equal(value, plan.Subtasks[0].Arguments!.Value.GetProperty("list")[0].GetString());
                Assert.Equal(plan.ToJson(), TaskPlan.FromJson(plan.ToJson()).ToJson());
            },
            iter: Simulations.Of(200));
    }

    [Fact]
    public async Task No_goal_makes_the_comparison_slow()
    {
        var model = new ScriptedModel(Application.SoundPlan);
        ITaskOrchestrator orchestrator = Application.With(model, configure: builder => builder.AddPlanTemplate(
            "{a} in {b} in {c} in {d} in {e} in {f} end", TaskPlan.Create(plan => plan.Add("x", "read_csv"))));

        // With a backtracking comparison this would take longer than anybody waits.
        await orchestrator.PlanAsync(new OrchestrationRequest(string.Concat(Enumerable.Repeat(" in ", 3_000))), TestEnd);

        Assert.Single(model.Asked);
    }

    [Theory]
    [InlineData("{a} of {a}", "twice")]
    [InlineData("{a}{b}", "There is no text between")]
    [InlineData(" ", "goal")]
    public void A_form_that_means_nothing_certain_is_refused(string goal, string what) =>
        Assert.Contains(what, Assert.Throws<ArgumentException>(() => Builder().AddPlanTemplate(goal, Template)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"id":"{a}","type":"t"}""", "an id")]
    [InlineData("""{"id":"x","type":"{a}"}""", "a task type")]
    [InlineData("""{"id":"x","type":"t","dependsOn":["{a}"]}""", "a dependency")]
    [InlineData("""{"id":"x","type":"t","forEach":"y/{a}"}""", "a list")]
    [InlineData("""{"id":"x","type":"t","when":{"output":"y/{a}","is":"exists"}}""", "a condition's output")]
    [InlineData("""{"id":"x","type":"t","arguments":{"z":[{"$output":"y/{a}"}]}}""", "a reference")]
    [InlineData("""{"id":"x","type":"t","arguments":{"$secret":"{a}"}}""", "a reference")]
    [InlineData("""{"id":"x","type":"t","arguments":{"{a}":1}}""", "the name of a property")]
    [InlineData("""{"id":"x","type":"$plan","plan":{"subtasks":[{"id":"x","type":"{a}"}]}}""", "a task type")]
    public void A_slot_where_only_the_plan_may_say_something_is_refused(string subtask, string what) =>
        Assert.Contains(
            $"is in {what}",
            Assert.Throws<ArgumentException>(() => Builder().AddPlanTemplate("On {a}", TaskPlan.FromJson($$"""{"subtasks":[{{subtask}}]}"""))).Message,
            StringComparison.Ordinal);

    private static TaskPlan Template { get; } = TaskPlan.Create(plan =>
    {
        plan.Goal = "Sales of {topic}";
        SubtaskRef find = plan.Add(
            "find",
            "search",
            new JsonObject { ["query"] = "{topic}, {place}", ["list"] = new JsonArray("{topic}", 3, new JsonObject { ["deep"] = "{place}" }) },
            options: new() { Name = "Find {topic}", Description = "Who buys {topic} in {place}? {nothing} {" });
        plan.Add("join", "search", new JsonObject { ["query"] = find.Output(), ["list"] = new JsonArray() });
    });

    private static IAgentOrchestrationBuilder Builder() => new ServiceCollection().AddAgentOrchestration();

    private static ITaskOrchestrator With(ScriptedModel? model) => Application.With(model, configure: builder => builder
        .AddTaskType(
            "search", "Searches.", (Query input, TaskContext _, CancellationToken _) => ValueTask.FromResult("found " + input.Text), options => options.Effect = TaskEffect.Read)
        .AddPlanTemplate(Goal, Template));

    private static Task<TaskPlan> PlanAsync(string goal) => With(model: null).PlanAsync(new OrchestrationRequest(goal), TestEnd);

    private static string Unescaped(JsonElement? arguments) => JsonNode.Parse(arguments!.Value.GetRawText())!.ToJsonString(Relaxed);

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Everything of a plan but the texts that a slot may stand in.</summary>
    private static string ShapeOf(TaskPlan plan) => string.Join(
        '\n',
        plan.Subtasks.Select(subtask => $"{subtask.Id}|{subtask.TaskType}|{string.Join(',', subtask.DependsOn)}|{ShapeOf(subtask.Arguments!.Value)}"));

    private static string ShapeOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', element.EnumerateObject().Select(property => $"{property.Name}:{(property.Name == "$output" ? property.Value.GetString() : ShapeOf(property.Value))}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Select(ShapeOf))}]",
        _ => element.ValueKind.ToString(),
    };

    private static bool IsWhole(string text) => text.EnumerateRunes().All(rune => rune != System.Text.Rune.ReplacementChar);

    internal sealed record Query([property: System.Text.Json.Serialization.JsonPropertyName("query")] string Text, IReadOnlyList<JsonElement> List);
}
