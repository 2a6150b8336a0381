using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Tests.Planning;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Plans.Reading;

/// <summary>A reference that a model wrote in the style of another system never reaches a handler as text.</summary>
public sealed class TemplateReferenceTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{{cut}}")]
    [InlineData("{{ cut }}")]
    [InlineData("{{cut.output}}")]
    [InlineData("{{ steps.cut.output }}")]
    [InlineData("{{cut.result}}")]
    [InlineData("{{outputs.cut}}")]
    [InlineData("{{Cut it}}")]
    [InlineData("{{cut}}.output")]
    [InlineData("${cut}")]
    [InlineData("${cut.output}")]
    [InlineData("${{ steps.cut.outputs }}")]
    [InlineData("$cut")]
    [InlineData(" $cut.output ")]
    [InlineData("$.cut")]
    [InlineData("$.cut.output")]
    [InlineData("$.steps.cut.output")]
    [InlineData("$.steps[\"cut\"].output")]
    [InlineData("<cut>")]
    [InlineData("<cut.output>")]
    [InlineData("<cut/>")]
    [InlineData("{cut}")]
    [InlineData("{cut.output}")]
    [InlineData("[[cut]]")]
    [InlineData("#cut")]
    [InlineData("#E2")]
    [InlineData("@cut")]
    [InlineData("%cut%")]
    [InlineData("cut.output")]
    [InlineData("{\"$output\": \"cut\"}")]
    public async Task A_text_that_is_a_reference_as_a_whole_becomes_one(string text)
    {
        TaskPlan plan = await AnswerKinds.PlanAsync(Merge(text));

        Assert.Equal("""{"parts":["and",{"$output":"cut"}]}""", plan.Subtasks[^1].Arguments!.Value.GetRawText());
        Assert.Equal((PlanRepairCode.TemplateReference, "/subtasks/2/arguments/parts/1"), Assert.Single(plan.Repairs.Select(repair => (repair.Code, repair.Path))));
    }

    [Theory]
    [InlineData("$get.output.lines", "get/lines")]
    [InlineData("{{get.lines}}", "get/lines")]
    [InlineData("{{get.output.lines}}", "get/lines")]
    [InlineData("$.get.lines", "get/lines")]
    [InlineData("<get.output.lines>", "get/lines")]
    [InlineData("{{ tasks.get.lines }}", "get/lines")]
    [InlineData("${get/lines}", "get/lines")]
    public async Task A_field_of_an_output_becomes_a_pointer_to_it(string text, string reference)
    {
        string answer = $$"""{"subtasks":[{"id":"get","type":"fetch","arguments":{"url":"u"} },{"id":"tie","type":"merge","dependsOn":["get"],"arguments":{"parts":{{JsonSerializer.Serialize(text)}} } }]}""";

        TaskPlan plan = await AnswerKinds.PlanAsync(answer);

        Assert.Equal($$$"""{"parts":{"$output":"{{{reference}}}"}}""", plan.Subtasks[^1].Arguments!.Value.GetRawText());
    }

    [Fact]
    public async Task A_dependency_that_only_the_reference_names_is_added_and_recorded()
    {
        TaskPlan plan = await AnswerKinds.PlanAsync(Merge("{{cut.output}}", dependsOn: "[]"));

        Assert.Equal(["cut"], plan.Subtasks[^1].DependsOn);
        Assert.Equal([PlanRepairCode.TemplateReference, PlanRepairCode.MissingDependency], plan.Repairs.Select(repair => repair.Code));
    }

    [Theory]
    [InlineData("#cut")]
    [InlineData("#E2")]
    [InlineData("<cut>")]
    [InlineData("{{cut|upper}}")]
    public async Task What_may_be_a_reference_or_a_text_is_refused_with_the_way_to_write_it(string text)
    {
        PlanDiagnostic only = Assert.Single(await AnswerKinds.RefuseAsync(Merge(text, dependsOn: "[]")));

        Assert.Equal((PlanDiagnosticCode.InvalidArguments, "/subtasks/2/arguments/parts/1"), (only.Code, only.Path));
        Assert.Contains("{\"$output\": \"cut\"}", only.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$2", "[\"1\"]")]
    [InlineData("#1", "[]")]
    [InlineData("{1}", "[]")]
    public async Task A_sign_and_a_number_may_be_a_price_so_that_it_is_asked_for_unless_it_is_a_dependency(string text, string dependsOn)
    {
        string id = text.Trim('$', '#', '{', '}');
        string answer = $$"""{"subtasks":[{"id":"1","type":"note","arguments":{"text":"a"} },{"id":"2","type":"note","arguments":{"text":"b"} },{"id":"3","type":"note","dependsOn":{{dependsOn}},"arguments":{"text":"{{text}}"} }]}""";

        Assert.Contains($"\"$output\": \"{id}\"", Assert.Single(await AnswerKinds.RefuseAsync(answer)).Remedy, StringComparison.Ordinal);
        TaskPlan plan = await AnswerKinds.PlanAsync(answer.Replace($"\"dependsOn\":{dependsOn}", $"\"dependsOn\":[\"{id}\"]", StringComparison.Ordinal));
        Assert.Equal($$$"""{"text":{"$output":"{{{id}}}"}}""", plan.Subtasks[2].Arguments!.Value.GetRawText());
    }

    [Theory]
    [InlineData("Dear {{customer_name}}")]
    [InlineData("{{customer_name}}")]
    [InlineData("The digest is {{cut}}.")]
    [InlineData("{cut} and {get}")]
    [InlineData("${HOME}")]
    [InlineData("$HOME")]
    [InlineData("$5.99")]
    [InlineData("#5")]
    [InlineData("#hashtag")]
    [InlineData("<b>")]
    [InlineData("cut")]
    [InlineData("Cut it")]
    [InlineData("get.csv")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("{{")]
    [InlineData("$")]
    [InlineData("$$")]
    [InlineData("{{}}")]
    [InlineData("{\"a\": 1}")]
    [InlineData("@get")]
    [InlineData("CUT")]
    [InlineData("{{CUT}}")]
    public async Task Text_that_only_looks_like_a_reference_is_text(string text)
    {
        TaskPlan plan = await AnswerKinds.PlanAsync(Merge(text, dependsOn: "[]"));

        Assert.Equal(text, plan.Subtasks[^1].Arguments!.Value.GetProperty("parts")[1].GetString());
        Assert.Empty(plan.Repairs);
    }

    [Fact]
    public async Task An_output_with_a_part_of_the_name_output_is_asked_for()
    {
        ITaskOrchestrator orchestrator = AnswerKinds.With(
            new ScriptedModel("""{"subtasks":[{"id":"say","type":"say"},{"id":"n","type":"note","dependsOn":["say"],"arguments":{"text":"{{say.output}}"}}]}"""),
            builder => builder.AddTaskType("say", "Says.", (None _, TaskContext _, CancellationToken _) => new ValueTask<Said>(new Said("x"))),
            options => options.Planning.MaxRepairs = 0);

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => orchestrator.PlanAsync(Application.Request, TestEnd));

        Assert.Contains(refusal.Diagnostics, diagnostic => diagnostic.Path == "/subtasks/1/arguments/text");
    }

    [Fact]
    public async Task A_reference_to_the_item_of_a_list_becomes_one()
    {
        TaskPlan plan = await AnswerKinds.PlanAsync(
            """{"subtasks":[{"id":"get","type":"fetch","arguments":{"url":"u"}},{"id":"each","type":"note","dependsOn":["get"],"forEach":"{{get.output.lines}}","arguments":{"text":"{{item}}"}}]}""");

        Assert.Equal(new SubtaskOutput("get", "/lines"), plan.Subtasks[1].ForEach);
        Assert.Equal("""{"text":{"$item":""}}""", plan.Subtasks[1].Arguments!.Value.GetRawText());
    }

    [Fact]
    public async Task A_reference_in_a_list_that_the_plan_gives_becomes_one()
    {
        TaskPlan plan = await AnswerKinds.PlanAsync(
            """{"subtasks":[{"id":"one","type":"note","arguments":{"text":"a"}},{"id":"each","type":"note","dependsOn":["one"],"forEach":["b","{{one}}"],"arguments":{"text":"${item}"}},{"id":"none","type":"note","forEach":[],"arguments":{"text":"$item"}}]}""");

        Assert.Equal("""["b",{"$output":"one"}]""", plan.Subtasks[1].Items!.Value.GetRawText());
        Assert.Equal("""{"text":{"$item":""}}""", plan.Subtasks[1].Arguments!.Value.GetRawText());
        Assert.Equal("[]", plan.Subtasks[2].Items!.Value.GetRawText());
    }

    [Theory]
    [InlineData("$.get")]
    [InlineData("{{get}}")]
    [InlineData("get.output")]
    [InlineData("$get.result")]
    public async Task Where_only_a_subtask_can_be_named_every_style_is_read(string written)
    {
        TaskPlan plan = await AnswerKinds.PlanAsync(
            AnswerKinds.Sound.Replace("""{"$output":"get"}""", $$"""{"$output":"{{written}}"}""", StringComparison.Ordinal).Replace("[\"get\"]", $"[\"{written}\"]", StringComparison.Ordinal));

        Assert.Equal(["get"], plan.Subtasks[1].DependsOn);
        Assert.Equal("""{"$output":"get"}""", plan.Subtasks[1].Arguments!.Value.GetProperty("rows").GetRawText());
        Assert.Equal([PlanRepairCode.TemplateReference, PlanRepairCode.TemplateReference], plan.Repairs.Select(repair => repair.Code));
    }

    [Theory]
    [InlineData("{{get}}")]
    [InlineData("#E1")]
    [InlineData("get.output")]
    public async Task A_plan_that_starts_while_it_is_written_passes_no_reference_on_as_text(string written)
    {
        List<string> seen = [];
        string answer = $$"""{"subtasks":[{"id":"get","type":"say_it","arguments":{"text":"first"} },{"id":"then","type":"say_it","dependsOn":["get"],"arguments":{"text":"{{written}}"} },{"id":"last","type":"say_it","dependsOn":["then"],"arguments":{"text":{"$output":"then"} } }]}""";
        ITaskOrchestrator orchestrator = AnswerKinds.With(
            new ScriptedModel(answer, "\"done\""),
            builder => builder.AddTaskType(
                "say_it", "Says it.",
                (AnswerKinds.Note note, TaskContext _, CancellationToken _) =>
                {
                    lock (seen)
                    {
                        seen.Add(note.Text);
                    }

                    return new ValueTask<string>($"[{note.Text}]");
                },
                options => options.Effect = TaskEffect.Read));

        await orchestrator.RunAsync<string>(Application.Request, TestEnd);

        Assert.Equal(["first", "[first]", "[[first]]"], seen.Distinct());
    }

    private static string Merge(string text, string dependsOn = "[\"cut\"]") =>
        $$$"""{"subtasks":[{"id":"get","type":"fetch","dependsOn":[],"arguments":{"url":"a.csv"}},{"id":"cut","name":"Cut it","type":"digest","dependsOn":["get"],"arguments":{"rows":{"$output":"get"},"lines":2}},{"id":"tie","type":"merge","dependsOn":{{{dependsOn}}},"arguments":{"parts":["and",{{{JsonSerializer.Serialize(text)}}}]}}]}""";

    internal sealed record Said(string Output);
}
