using System.Text;
using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Tests.Graph;

/// <summary>Plans that would hang or end the process if the check did to them what it does to sound ones.</summary>
public sealed class HostilePlanTests
{
    [Fact]
    public void A_chain_of_100_000_subtasks_is_checked()
    {
        TaskGraph graph = Checker.Accept(new TaskPlan
        {
            Subtasks = [.. Enumerable.Range(0, 100_000).Select(i => Numbered(i, i == 0 ? [] : [$"s{i - 1}"]) with { EstimatedDuration = TimeSpan.FromSeconds(1) })],
        });

        Assert.Equal(Enumerable.Range(0, 100_000), graph.TopologicalOrder);
        Assert.Equal(TimeSpan.FromSeconds(100_000), graph.EstimatedCriticalPath!.Duration);
        Assert.Equal(100_000, graph.EstimatedCriticalPath.SubtaskIds.Count);
    }

    [Fact]
    public void A_fan_of_100_000_subtasks_and_its_join_are_checked()
    {
        string[] fan = [.. Enumerable.Range(1, 100_000).Select(i => $"s{i}")];
        TaskGraph graph = Checker.Accept(new TaskPlan
        {
            Subtasks = [Numbered(0, []), .. fan.Select((_, i) => Numbered(i + 1, ["s0"])), Numbered(100_001, fan)],
        });

        Assert.Equal((0, 100_001), (graph.TopologicalOrder[0], graph.TopologicalOrder[^1]));
        Assert.Equal(100_000, graph.Successors.OutDegree(0));
        Assert.Equal(100_000, graph.Dependencies[100_001].Length);
    }

    [Fact]
    public void A_circle_of_100_000_subtasks_is_told()
    {
        PlanDiagnostic only = Assert.Single(Checker.Refuse(new TaskPlan
        {
            Subtasks = [.. Enumerable.Range(0, 100_000).Select(i => Numbered(i, [$"s{(i + 99_999) % 100_000}"]))],
        }));

        Assert.Equal(PlanDiagnosticCode.Cycle, only.Code);
        Assert.StartsWith("'s0': These subtasks depend on each other in a cycle: s0 → s1 → s2 →", only.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_deeper_than_the_serializer_reads_are_told()
    {
        foreach (int depth in new[] { 65, 20_000 })
        {
            using var document = JsonDocument.Parse(new string('[', depth) + new string(']', depth), new JsonDocumentOptions { MaxDepth = depth + 1 });

            PlanDiagnostic only = Assert.Single(Checker.Refuse(OneWith("any", document.RootElement)));

            Assert.Equal((PlanDiagnosticCode.InvalidArguments, "/subtasks/0/arguments"), (only.Code, only.Path));
            Assert.Contains("nested deeper than 64", only.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_a_condition_compares_with_and_nobody_can_read_is_told()
    {
        var condition = new SubtaskCondition(new SubtaskOutput("a", ""), ConditionOperator.Equals) { Value = JsonElement.Parse("{\"\\ud800 and more\":1}") };

        PlanDiagnostic only = Assert.Single(Checker.Refuse(new TaskPlan { Subtasks = [Numbered(0, []) with { Id = "a" }, Numbered(1, ["a"]) with { Condition = condition }] }));

        Assert.Equal((PlanDiagnosticCode.InvalidControl, "/subtasks/1/when/value"), (only.Code, only.Path));
    }

    /// <summary>Minutes, were the shape looked for with every reference.</summary>
    [Fact]
    public void Many_references_to_a_large_plan_with_an_unknown_type_are_checked_at_once()
    {
        Subtask[] leaves = [.. Enumerable.Range(0, 900).Select(i => Numbered(i, []) with { TaskType = i == 899 ? "ghost" : "family" })];
        string references = string.Join(',', Enumerable.Repeat("""{"$output":"plan/s0"}""", 50_000));
        var plan = new TaskPlan
        {
            Subtasks =
            [
                new Subtask { Id = "plan", TaskType = Subtask.NestedPlan, Plan = new TaskPlan { Subtasks = leaves } },
                new Subtask { Id = "all", TaskType = "any", DependsOn = ["plan"], Arguments = JsonElement.Parse($"[{references}]") },
            ],
        };

        long before = GC.GetAllocatedBytesForCurrentThread();
        PlanDiagnostic only = Assert.Single(Checker.Refuse(plan), diagnostic => diagnostic.Code != PlanDiagnosticCode.TooLarge);

        Assert.Equal("/subtasks/0/plan/subtasks/899/type", only.Path);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 200_000_000);
    }

    [Fact]
    public void Alternatives_that_nothing_tells_apart_do_not_double_the_work_with_every_level()
    {
        // What tells the alternatives apart stands last, so that each is tried to its very end.
        const int Depth = 60;
        var json = new StringBuilder();
        for (int i = 0; i < Depth; i++)
        {
            json.Append("""{"size":1,"inner":""");
        }

        json.Append("null");
        for (int i = 0; i < Depth; i++)
        {
            json.Append(""","$type":"star"}""");
        }

        IReadOnlyList<PlanDiagnostic> diagnostics = Checker.Refuse(OneWith("draw", JsonElement.Parse(json.ToString())));

        Assert.All(diagnostics, diagnostic => Assert.Equal(PlanDiagnosticCode.InvalidArguments, diagnostic.Code));
    }

    [Fact]
    public void Types_that_contain_themselves_in_many_ways_are_compared_once() => Assert.Single(Checker.Refuse(new TaskPlan
    {
        Subtasks =
        [
            new Subtask { Id = "source", TaskType = "family" },
            new Subtask { Id = "target", TaskType = "relatives", DependsOn = ["source"], Arguments = JsonElement.Parse("""{"$output":"source"}""") },
        ],
    }));

    [Fact]
    public void A_thousand_mistakes_under_a_name_of_a_megabyte_are_told_a_hundred_times_and_shortly()
    {
        string name = new('n', 1_000_000);
        JsonElement arguments = JsonElement.Parse($$"""{"items":[{{string.Join(',', Enumerable.Repeat("\"one\"", 200_000))}}],"{{name}}":[{{string.Join(',', Enumerable.Repeat("{}", 200_000))}}]}""");

        IReadOnlyList<PlanDiagnostic> diagnostics = Checker.Refuse(OneWith("total", arguments));

        Assert.Equal(JsonSchemaCheck.MaxMisfits, diagnostics.Count);
        Assert.All(diagnostics, diagnostic => Assert.InRange($"{diagnostic}".Length, 1, 1000));
    }

    [Fact]
    public void Many_references_to_no_dependency_under_a_long_name_are_told_a_hundred_times_and_shortly()
    {
        string name = new('n', 1_000_000);
        JsonElement arguments = JsonElement.Parse($$"""{"{{name}}":[{{string.Join(',', Enumerable.Repeat("""{"$output":"ghost"}""", 200_000))}}]}""");

        IReadOnlyList<PlanDiagnostic> diagnostics = Checker.Refuse(OneWith("any", arguments));

        // And one says that there are too many references.
        Assert.Equal(JsonSchemaCheck.MaxMisfits + 1, diagnostics.Count);
        Assert.All(diagnostics, diagnostic => Assert.InRange($"{diagnostic}".Length, 1, 1000));
    }

    [Fact]
    public void Text_of_a_megabyte_in_every_place_is_told_shortly()
    {
        string text = new('t', 999_999);
        IReadOnlyList<PlanDiagnostic> diagnostics = Checker.Refuse(new TaskPlan
        {
            Goal = text,
            Subtasks =
            [
                new Subtask
                {
                    Id = text,
                    TaskType = text,
                    Name = text,
                    Description = text,
                    DependsOn = [text + "1", text],
                    Arguments = JsonElement.Parse($$"""{"{{text}}":"{{text}}"}"""),
                    Resources = ResourceRequirements.Of(text, long.MaxValue),
                },
                new Subtask { Id = text, TaskType = "move", Arguments = JsonElement.Parse($$"""{"{{text}}":"{{text}}","x":{"$output":"{{text}}/{{text}}"},"y":"{{text}}"}""") },
            ],
        });

        Assert.InRange(diagnostics.Count, 8, 20);
        Assert.All(diagnostics, diagnostic => Assert.InRange($"{diagnostic}".Length, 1, 1000));
    }

    [Fact]
    public void An_id_of_a_megabyte_with_ten_thousand_mistakes_is_told_shortly()
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = Checker.Refuse(new TaskPlan
        {
            Subtasks = [new Subtask { Id = new string('é', 1_000_000), TaskType = "nothing", DependsOn = [.. Enumerable.Range(0, 10_000).Select(i => $"ghost{i}")] }],
        });

        Assert.Equal((DiagnosticList.MaxTold + 1, PlanDiagnosticCode.More), (diagnostics.Count, diagnostics[^1].Code));
        Assert.Contains("9901 more", diagnostics[^1].Message, StringComparison.Ordinal);
        Assert.InRange(diagnostics.Sum(diagnostic => (long)$"{diagnostic}".Length), 1, 100_000);
    }

    [Fact]
    public void Mistakes_in_every_one_of_a_thousand_nested_subtasks_are_told_a_hundred_times()
    {
        var plan = new TaskPlan { Subtasks = [.. Enumerable.Range(0, 1_000).Select(i => Numbered(i, []) with { Arguments = JsonElement.Parse($"[{string.Join(',', Enumerable.Repeat("1", 100))}]") })] };

        IReadOnlyList<PlanDiagnostic> diagnostics = Checker.Refuse(new TaskPlan { Subtasks = [new Subtask { Id = "p", TaskType = Subtask.NestedPlan, Plan = plan }] });

        Assert.Equal(DiagnosticList.MaxTold + 1, diagnostics.Count);
        Assert.Equal(PlanDiagnosticCode.More, Assert.Single(diagnostics, diagnostic => diagnostic.Path.Length == 0).Code);
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("\u202Egpj.exe")]
    [InlineData("\uFEFFa")]
    [InlineData("a\u0301")]
    [InlineData("😀")]
    [InlineData("\ud800")]
    public void Odd_Unicode_is_no_id_and_no_task_type(string text) => Assert.Equal(
        [PlanDiagnosticCode.InvalidId, PlanDiagnosticCode.UnknownTaskType],
        Checker.Refuse(new TaskPlan { Subtasks = [new Subtask { Id = text, TaskType = text }] }).Select(diagnostic => diagnostic.Code));

    private static Subtask Numbered(int index, IReadOnlyList<string> dependsOn) => new() { Id = $"s{index}", TaskType = "nothing", DependsOn = dependsOn };

    private static TaskPlan OneWith(string taskType, JsonElement arguments) => new() { Subtasks = [new Subtask { Id = "a", TaskType = taskType, Arguments = arguments }] };
}
