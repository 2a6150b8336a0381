using System.Text.Json;
using System.Text.RegularExpressions;
using AgentOrchestration.Plans;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Plans;

public sealed partial class PlanPreviewTests
{
    [Fact]
    public void A_tree_shows_what_each_subtask_needs_and_shared_ones_once()
    {
        Assert.Equal(
            """
            Know what sells.
            ├─ report: Write it (write, if chart/rows > 3, ~90 min, waits for approval)
            │  ├─ chart (draw, ~2.5 min)
            │  │  └─ sales (read, ~90 s)
            │  ├─ parts (plan)
            │  │  ├─ plan: Inner
            │  │  │  └─ b (work)
            │  │  │     └─ a (work)
            │  │  └─ sales (see above)
            │  └─ (optional) extra (read)
            └─ each (work, for each of sales/rows)
               └─ sales (see above)

            """.ReplaceLineEndings("\n"),
            Sample().ToTree());
    }

    [Fact]
    public void A_flowchart_has_nested_plans_as_subgraphs_and_optional_dependencies_dotted()
    {
        Assert.Equal(
            """
            flowchart TD
                s0["sales<br/>read, #126;90 s"]
                s1["extra<br/>read"]
                s2["chart<br/>draw, #126;2#46;5 min"]
                subgraph s3["parts<br/>plan"]
                    s3_0["a<br/>work"]
                    s3_1["b<br/>work"]
                    s3_0 --> s3_1
                end
                s4["Write it<br/>write, if chart#47;rows #62; 3, #126;90 min, waits for approval"]
                s5[["each<br/>work, for each of sales#47;rows"]]
                s0 --> s2
                s0 --> s3
                s2 --> s4
                s3 --> s4
                s1 -.-> s4
                s0 --> s5

            """.ReplaceLineEndings("\n"),
            Sample().ToMermaid());
    }

    [Fact]
    public void Given_lists_failed_items_and_what_is_waited_for_are_shown()
    {
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            SubtaskRef one = plan.ForEach("one", new System.Text.Json.Nodes.JsonArray(1), "work", options: new() { OnItemFailure = ItemFailurePolicy.Continue });
            SubtaskRef two = plan.ForEach("two", new System.Text.Json.Nodes.JsonArray(1, 2), "work", options: new() { OnItemFailure = ItemFailurePolicy.AtMost(1), WaitsForAdded = false });
            plan.Add("last", "work", after: [one, two], options: new() { WaitsForAdded = true });
        });

        Assert.Equal(
            """
            plan
            └─ last (work, waits for what is added)
               ├─ one (work, for each of 1 item, failed items are reported)
               └─ two (work, for each of 2 items, 1 item may fail, does not wait for what is added)

            """.ReplaceLineEndings("\n"),
            plan.ToTree());
        Assert.Contains("s0[[\"one<br/>work, for each of 1 item, failed items are reported\"]]", plan.ToMermaid(), StringComparison.Ordinal);
    }

    [Fact]
    public void Plans_that_the_check_would_refuse_are_shown_too()
    {
        var plan = new TaskPlan
        {
            Subtasks =
            [
                new Subtask { Id = "a", TaskType = "t", DependsOn = ["b"] },
                new Subtask { Id = "b", TaskType = "t", DependsOn = ["a", "ghost"] },
                new Subtask { Id = "a", TaskType = "other" },
            ],
        };

        Assert.Equal("plan\n├─ a (t)\n│  └─ b (t)\n│     ├─ a (see above)\n│     └─ ghost (not in the plan)\n└─ a (other)\n", plan.ToTree());
        Assert.Contains("sx0[\"ghost<br/>not in the plan\"]\n    sx0 --> s1\n", plan.ToMermaid(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_of_many_goes_on_at_the_margin()
    {
        const int Count = 20_000;
        var plan = new TaskPlan
        {
            Subtasks = [.. Enumerable.Range(0, Count).Select(index => new Subtask { Id = $"s{index}", TaskType = "t", DependsOn = index == 0 ? [] : [$"s{index - 1}"] })],
        };

        string[] lines = plan.ToTree().Split('\n');

        Assert.Equal(Count, lines.Count(line => line.EndsWith(" (t)", StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 120));
    }

    [Fact]
    public void Every_subtask_has_exactly_one_line_of_its_own_and_one_node() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                var random = new Random(seed);
                int count = random.Next(1, 30);
                var plan = new TaskPlan
                {
                    Subtasks =
                    [
                        .. Enumerable.Range(0, count).Select(index => new Subtask
                        {
                            Id = $"s{index}",
                            TaskType = "t",
                            DependsOn = [.. Enumerable.Range(0, random.Next(4)).Select(_ => $"s{random.Next(count + 1)}").Distinct()],
                        }),
                    ],
                };

                string[] lines = plan.ToTree().Split('\n');
                string[] chart = plan.ToMermaid().Split('\n');

                Assert.All(plan.Subtasks, subtask => Assert.Single(lines, line => line.EndsWith($" {subtask.Id} (t)", StringComparison.Ordinal)));
                Assert.All(plan.Subtasks.Index(), subtask => Assert.Single(chart, line => line == $"    s{subtask.Index}[\"{subtask.Item.Id}<br/>t\"]"));
                Assert.Equal(plan.Subtasks.Sum(subtask => subtask.DependsOn.Count), chart.Count(line => line.Contains(" --> ", StringComparison.Ordinal)));
            },
            iter: Simulations.Of(300));

    [Fact]
    public void No_text_of_a_plan_becomes_markup_or_moves_the_cursor() =>
        Gen.Select(Gen.String, Gen.Int[0, HostileTexts.Length - 1].Select(index => HostileTexts[index])).Sample(
            (any, hostile) =>
            {
                string text = hostile + any;
                var plan = new TaskPlan
                {
                    Goal = text,
                    Subtasks =
                    [
                        new Subtask { Id = text, Name = text + "n", TaskType = text, DependsOn = ["b" + text], ForEach = new SubtaskOutput(text, "/" + text) },
                        new Subtask
                        {
                            Id = "b",
                            TaskType = "t",
                            Condition = new SubtaskCondition(new SubtaskOutput(text, ""), ConditionOperator.Equals) { Value = JsonSerializer.SerializeToElement("\"" + text) },
                        },
                    ],
                };

                string[] chart = plan.ToMermaid().Split('\n');
                Assert.Equal(["flowchart TD", ""], [chart[0], chart[^1]]);
                Assert.All(chart[1..^1], line => Assert.Matches(ChartLine(), line));
                Assert.Equal(4, chart[1..^1].Length);

                string[] tree = plan.ToTree().Split('\n');
                Assert.Equal(5, tree.Length);
                Assert.DoesNotContain(tree, line => line.Any(char.IsControl) || line.Contains('\u202e', StringComparison.Ordinal));
            },
            iter: Simulations.Of(300));

    private static readonly string[] HostileTexts =
    [
        "\"]\nclick s0 call alert(1)\ns0[\"", "end", "a\u001b[2Jb", "\r\nflowchart LR", "\u202eevil", "`**x**`", "#quot;<script>", "--> s9", "%%{init: {}}%%", "\ud800", "\u2028", "1. x",
    ];

    private static TaskPlan Sample() => TaskPlan.Create(plan =>
    {
        plan.Goal = "Know what sells.";
        SubtaskRef sales = plan.Add("sales", "read", options: new() { EstimatedDuration = TimeSpan.FromSeconds(90) });
        SubtaskRef extra = plan.Add("extra", "read");
        SubtaskRef chart = plan.Add("chart", "draw", sales.Output(), options: new() { EstimatedDuration = TimeSpan.FromSeconds(150) });
        SubtaskRef parts = plan.AddPlan(
            "parts",
            TaskPlan.Create(inner =>
            {
                inner.Goal = "Inner";
                SubtaskRef a = inner.Add("a", "work");
                inner.Add("b", "work", a.Output());
            }),
            after: [sales]);
        plan.Add(
            "report",
            "write",
            after: [chart, parts],
            options: new() { Name = "Write it", Optional = [extra], EstimatedDuration = TimeSpan.FromMinutes(90), When = new SubtaskCondition(chart.Output("/rows"), ConditionOperator.GreaterThan) { Value = JsonElement.Parse("3") }, Policy = new SubtaskPolicy { RequiresApproval = true } });
        plan.ForEach("each", sales.Output("/rows"), "work");
    });

    [GeneratedRegex("""^ +(s\d+\[\[?"[\p{L}\p{Nd} _,#;0-9]*<br/>[\p{L}\p{Nd} _,#;0-9]*"\]\]?|sx\d+\["[\p{L}\p{Nd} _,#;0-9]*<br/>not in the plan"\]|sx?\d+ --> s\d+)$""")]
    private static partial Regex ChartLine();
}
