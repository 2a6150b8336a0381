using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Plans;

public sealed class SavedPlanTests
{
    [Fact]
    public void A_plan_that_was_saved_is_read_as_it_was_with_everything_that_it_can_hold()
    {
        string json = Everything.ToJson();
        TaskPlan read = TaskPlan.FromJson(json);

        Assert.StartsWith("{\n  \"version\": 1,\n  \"goal\": \"All\",", json.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal(json, read.ToJson());
        Assert.Equal(new SubtaskPolicy { MaxAttempts = 2, Timeout = TimeSpan.FromSeconds(1.5), RequiresApproval = true }, read.Subtasks[1].Policy);
        Assert.Equal("inner", read.Subtasks[3].Plan!.Subtasks[0].Id);
        Assert.Equal(Everything.ToTree(), read.ToTree());
        Assert.Empty(read.Repairs);
    }

    [Theory]
    [InlineData("""{"forEach":{"list":[]}}""", "/subtasks/0/forEach")]
    [InlineData("""{"forEach":[1],"onItemFailure":"stop"}""", "/subtasks/0/onItemFailure")]
    [InlineData("""{"forEach":[1],"onItemFailure":1.5}""", "/subtasks/0/onItemFailure")]
    [InlineData("""{"forEach":[1],"onItemFailure":-1}""", "/subtasks/0/onItemFailure")]
    [InlineData("""{"forEach":["\ud800"]}""", "/subtasks/0/forEach")]
    [InlineData("""{"waitsForAdded":"yes"}""", "/subtasks/0/waitsForAdded")]
    public void Lists_and_what_failed_items_mean_are_read_or_refused_with_their_place(string more, string place)
    {
        InvalidPlanException refusal = Assert.Throws<InvalidPlanException>(() => TaskPlan.FromJson($$"""{"subtasks":[{"id":"a","type":"t",{{more[1..]}}]}"""));

        Assert.Equal([place], refusal.Diagnostics.Select(diagnostic => diagnostic.Path));
    }

    [Fact]
    public void Lists_what_failed_items_mean_and_what_is_waited_for_are_read_as_they_are_written()
    {
        TaskPlan plan = TaskPlan.FromJson(
            """
            {"subtasks":[{"id":"a","type":"t","forEach":[1,{"b":2}],"onItemFailure":"fail"},{"id":"b","type":"t","forEach":"x~1y/rows","onItemFailure":"continue","waitsForAdded":true},
                         {"id":"c","type":"t","forEach":"a","onItemFailure":0,"waitsForAdded":false},{"id":"d","type":"t"}]}
            """);

        Assert.Equal("""[1,{"b":2}]""", plan.Subtasks[0].Items!.Value.GetRawText());
        Assert.Equal(new SubtaskOutput("x/y", "/rows"), plan.Subtasks[1].ForEach);
        Assert.Equal(
            [ItemFailurePolicy.Fail, ItemFailurePolicy.Continue, ItemFailurePolicy.AtMost(0), ItemFailurePolicy.Fail], plan.Subtasks.Select(subtask => subtask.OnItemFailure));
        Assert.Equal([null, true, false, null], plan.Subtasks.Select(subtask => subtask.WaitsForAdded));
    }

    [Fact]
    public void Any_plan_that_was_saved_is_read_as_it_was() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                string json = RandomPlan.Of(seed).ToJson();
                Assert.Equal(json, TaskPlan.FromJson(json).ToJson());
                Assert.Equal(json, JsonSerializer.Deserialize<TaskPlan>(json)!.ToJson());
            },
            iter: Simulations.Of(300));

    [Theory]
    [InlineData("""{"subtasks":[{"id":"a","type":"t"}]}""")]
    [InlineData("""{"version":1,"subtasks":[{"id":"a","type":"t"}]}""")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t"}],"version":1}""")]
    public void A_version_may_be_missing(string json)
    {
        Assert.Equal("a", TaskPlan.FromJson(json).Subtasks[0].Id);
        Assert.Equal("a", JsonSerializer.Deserialize<TaskPlan>(json)!.Subtasks[0].Id);
    }

    [Theory]
    [InlineData("""{"version":2,"stages":[],"subtasks":[{"key":"a"}]}""", "version 2")]
    [InlineData("""{"version":0,"subtasks":[]}""", "version 0")]
    public void A_plan_of_another_version_is_refused_for_that_alone(string json, string what)
    {
        PlanDiagnostic diagnostic = Assert.Single(Assert.Throws<InvalidPlanException>(() => TaskPlan.FromJson(json)).Diagnostics);

        Assert.Equal((PlanDiagnosticCode.UnsupportedVersion, "/version"), (diagnostic.Code, diagnostic.Path));
        Assert.Contains(what, diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains(what, Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TaskPlan>(json)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"version":"1","subtasks":[{"id":"a","type":"t"}]}""")]
    [InlineData("""{"version":1.5,"subtasks":[{"id":"a","type":"t"}]}""")]
    [InlineData("""{"version":1,"version":1,"subtasks":[{"id":"a","type":"t"}]}""")]
    [InlineData("""{"version":1,"subtasks":[{"id":"a","type":"$plan","plan":{"version":1,"subtasks":[{"id":"b","type":"t"}]}}]}""")]
    public void A_version_is_one_whole_number_of_the_whole_plan(string json)
    {
        Assert.Contains("/version", Assert.Single(Assert.Throws<InvalidPlanException>(() => TaskPlan.FromJson(json)).Diagnostics).Path, StringComparison.Ordinal);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TaskPlan>(json));
    }

    [Fact]
    public void Everything_that_is_malformed_is_told_with_its_place()
    {
        InvalidPlanException refusal = Assert.Throws<InvalidPlanException>(() => TaskPlan.FromJson(
            """{"version":1,"author":"me","subtasks":[{"id":1,"type":"t"},{"id":"b","type":"t","dependsOn":"a","policy":{"maxAttempts":2}},{"id":"c"}]}"""));

        Assert.Equal(["/author", "/subtasks/0/id", "/subtasks/1/dependsOn", "/subtasks/2/type"], refusal.Diagnostics.Select(diagnostic => diagnostic.Path).Order());
        Assert.Throws<ArgumentNullException>(() => TaskPlan.FromJson(null!));
        Assert.Equal(PlanDiagnosticCode.CutOff, Assert.Throws<InvalidPlanException>(() => TaskPlan.FromJson("""{"version":1,"subt""")).Diagnostics[0].Code);
    }

    [Fact]
    public void What_is_saved_satisfies_the_published_schema() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                TaskPlan random = RandomPlan.Of(seed);
                TaskPlan sound = random with
                {
                    Subtasks =
                    [
                        .. random.Subtasks.Index().Select(subtask => subtask.Item with { Id = $"s{subtask.Index}", TaskType = "t" + subtask.Item.TaskType }),
                        .. Everything.Subtasks,
                    ],
                };
                Assert.Empty(Misfits(sound.ToJson()));
            },
            iter: Simulations.Of(300));

    [Theory]
    [InlineData("version", "2")]
    [InlineData("goal", "1")]
    [InlineData("subtasks", "[]")]
    [InlineData("author", "\"me\"")]
    [InlineData("subtasks/0/id", "\"a b\"")]
    [InlineData("subtasks/0/type", "\"\"")]
    [InlineData("subtasks/0/kind", "1")]
    [InlineData("subtasks/0/estimatedMinutes", "-1")]
    [InlineData("subtasks/0/resources", """{"gpu":1.5}""")]
    [InlineData("subtasks/1/dependsOn", """["a b"]""")]
    [InlineData("subtasks/1/policy", """{"maxAttempts":0}""")]
    [InlineData("subtasks/1/policy", """{"retries":1}""")]
    [InlineData("subtasks/1/when", """{"output":"read","is":"like"}""")]
    [InlineData("subtasks/2/forEach", "\"/rows\"")]
    [InlineData("subtasks/2/forEach", "3")]
    [InlineData("subtasks/2/onItemFailure", "\"stop\"")]
    [InlineData("subtasks/2/onItemFailure", "-1")]
    [InlineData("subtasks/2/waitsForAdded", "\"yes\"")]
    [InlineData("subtasks/3/plan", """{"version":1,"subtasks":[{"id":"a","type":"t"}]}""")]
    public void What_cannot_be_read_or_would_be_refused_does_not_satisfy_the_schema(string place, string value)
    {
        JsonNode plan = JsonNode.Parse(Everything.ToJson())!;
        string[] steps = place.Split('/');
        JsonNode parent = steps[..^1].Aggregate(plan, (node, step) => int.TryParse(step, out int index) ? node[index]! : node[step]!);
        parent[steps[^1]] = JsonNode.Parse(value);

        Assert.NotEmpty(Misfits(plan.ToJsonString()));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(366 * 24 * 60, true)]
    [InlineData((366 * 24 * 60) + 1, false)]
    public void The_schema_and_the_check_agree_on_the_longest_estimate(int minutes, bool fits)
    {
        TaskPlan plan = TaskPlan.Create(builder => builder.Add("a", "nothing", options: new() { EstimatedDuration = TimeSpan.FromMinutes(minutes) }));

        Assert.Equal(fits, Misfits(plan.ToJson()).Count == 0);
        Assert.Equal(fits, Graph.Checker.Check(plan, out _) is not null);
    }

    [Fact]
    public void Editing_adds_replaces_and_removes_and_leaves_the_old_plan_as_it_was()
    {
        TaskPlan plan = TaskPlan.Create(builder =>
        {
            SubtaskRef a = builder.Add("a", "t");
            builder.Add("b", "t", a.Output());
        });

        TaskPlan edited = plan.With(edit =>
        {
            edit.Goal = "More";
            edit.Remove("a");
            edit.Replace("b", b => b with { TaskType = "u", DependsOn = [], Arguments = null });
            edit.Add("c", "t", new SubtaskRef("b").Output());
        });

        Assert.Equal(("More", "b c"), (edited.Goal, string.Join(' ', edited.Subtasks.Select(subtask => subtask.Id))));
        Assert.Equal(("u", "b"), (edited.Subtasks[0].TaskType, edited.Subtasks[1].DependsOn[0]));
        Assert.Equal(["a", "b"], plan.Subtasks.Select(subtask => subtask.Id));
        Assert.Contains("'x'; there are: a, b", Assert.Throws<ArgumentException>(() => plan.With(edit => edit.Remove("x"))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => plan.With(edit => edit.Replace("x", x => x)));
    }

    [Fact]
    public void A_dependency_on_what_was_removed_is_found_by_the_check()
    {
        ITaskOrchestrator orchestrator = Planning.Application.With(model: null);
        TaskPlan plan = TaskPlan.FromJson(Planning.Application.SoundPlan);

        Assert.Empty(orchestrator.Check(plan));
        Assert.Contains(
            orchestrator.Check(plan.With(edit => edit.Remove("rows"))),
            diagnostic => diagnostic is { Code: PlanDiagnosticCode.UnknownDependency, SubtaskId: "text", Path: "/subtasks/0/dependsOn/0" });
    }

    private static TaskPlan Everything { get; } = TaskPlan.Create(plan =>
    {
        plan.Goal = "All";
        SubtaskRef read = plan.Add("read", "t", options: new() { Name = "Read", Description = "Reads.", EstimatedDuration = TimeSpan.FromSeconds(3), Resources = ResourceRequirements.Of("gpu", 1) });
        SubtaskRef work = plan.Add(
            "work",
            "t",
            new JsonObject { ["from"] = read.Output("/rows"), ["key"] = new SecretRef("key") },
            options: new() { When = new SubtaskCondition(read.Output("/count"), ConditionOperator.GreaterThan) { Value = JsonElement.Parse("3") }, Policy = new SubtaskPolicy { MaxAttempts = 2, Timeout = TimeSpan.FromSeconds(1.5), RequiresApproval = true } });
        plan.ForEach("each", read.Output("/rows"), "t", new ItemReference("/name"));
        plan.AddPlan("part", TaskPlan.Create(inner => inner.Add("inner", "t")));
        plan.ForEach("given", new JsonArray(1, read.Output("/rows/0").ToJsonNode()), "t", options: new() { OnItemFailure = ItemFailurePolicy.Continue });
        plan.ForEach("some", read.Output("/rows"), "t", options: new() { OnItemFailure = ItemFailurePolicy.AtMost(3), WaitsForAdded = true });
        plan.Add("added", "t", new SubtaskRef("read/more").Output("/rows"), after: [new SubtaskRef("read/more")], options: new() { WaitsForAdded = false });
        plan.Add("last", "t", options: new() { Optional = [work], When = new SubtaskCondition(read.Output(), ConditionOperator.Exists) });
    });

    private static List<string> Misfits(string json)
    {
        List<string> misfits = [];
        new JsonSchemaCheck(TaskPlan.JsonSchema, static _ => false, static (_, _, _) => { }, (place, message) => misfits.Add($"{place}: {message}"), new PatternMatcher()).Run(JsonElement.Parse(json));
        return misfits;
    }
}
