using System.Text.Json;
using AgentOrchestration.Planning.Model;
using AgentOrchestration.Planning.Repair;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration.Tests.Planning.Repair;

public sealed class PlanRepairerTests
{
    [Fact]
    public void A_sound_plan_is_left_as_it_is()
    {
        TaskPlan plan = Read("""{"id":"a","type":"t"},{"id":"b","type":"t","dependsOn":["a"],"arguments":{"$output":"a"}}""");

        Assert.Same(plan, PlanRepairer.Repair(plan));
    }

    [Fact]
    public void A_dependency_named_twice_holds_once()
    {
        TaskPlan repaired = Repair("""{"id":"a","type":"t"},{"id":"b","type":"t","dependsOn":["a","a"],"optionalDependsOn":["c","c"]},{"id":"c","type":"t"}""", out string[] repairs);

        Assert.Equal([["a"], ["c"]], [repaired.Subtasks[1].DependsOn, repaired.Subtasks[1].OptionalDependsOn]);
        Assert.Equal(["DuplicateDependency /subtasks/1/dependsOn/1", "DuplicateDependency /subtasks/1/optionalDependsOn/1"], repairs);
    }

    [Fact]
    public void The_only_name_stands_for_its_id_wherever_subtasks_are_referred_to()
    {
        TaskPlan repaired = Repair(
            """
            {"id":"a","name":"Read the rows","type":"t"},
            {"id":"b","type":"t","dependsOn":["Read the rows"],"optionalDependsOn":[" c "],"forEach":"Read the rows/items","when":{"output":"Read the rows/n","is":"exists"},
             "arguments":{"x":[{"$output":"Read the rows/0/y"},1.50,"Read the rows"],"z":{"$output":"Read the rows"}}},
            {"id":"c","name":"Read/write","type":"t","dependsOn":["a"],"arguments":{"x":{"$output":" a /n"}}},
            {"id":"d","type":"t","dependsOn":["Read/write"],"arguments":{"$output":"Read/write/n"}}
            """,
            out string[] repairs);

        Subtask b = repaired.Subtasks[1];
        Assert.Equal([["a"], ["c"]], [b.DependsOn, b.OptionalDependsOn]);
        Assert.Equal((new SubtaskOutput("a", "/items"), new SubtaskOutput("a", "/n")), (b.ForEach, b.Condition!.Output));
        Assert.Equal("""{"x":[{"$output":"a/0/y"},1.50,"Read the rows"],"z":{"$output":"a"}}""", b.Arguments!.Value.GetRawText());
        Assert.Equal("""{"x":{"$output":"a/n"}}""", repaired.Subtasks[2].Arguments!.Value.GetRawText());
        Assert.Equal(["c"], repaired.Subtasks[3].DependsOn);
        Assert.Equal("""{"$output":"c/n"}""", repaired.Subtasks[3].Arguments!.Value.GetRawText());
        Assert.Equal(
            [
                "NameForId /subtasks/1/dependsOn/0", "SpaceAroundId /subtasks/1/optionalDependsOn/0", "NameForId /subtasks/1/forEach", "NameForId /subtasks/1/when/output",
                "NameForId /subtasks/1/arguments/x/0", "NameForId /subtasks/1/arguments/z", "SpaceAroundId /subtasks/2/arguments/x",
                "NameForId /subtasks/3/dependsOn/0", "NameForId /subtasks/3/arguments",
            ],
            repairs);
    }

    [Theory]
    [InlineData("""{"id":"a","name":"n","type":"t"},{"id":"b","name":"n","type":"t"},{"id":"c","type":"t","dependsOn":["n"]}""")]
    [InlineData("""{"id":"a","name":"x","type":"t"},{"id":"x","type":"t"},{"id":"c","type":"t","dependsOn":[" x"]}""")]
    [InlineData("""{"id":"a","name":"n","type":"t"},{"id":"a","name":"m","type":"t"},{"id":"c","type":"t","dependsOn":["n"]}""")]
    [InlineData("""{"id":"a","name":"n","type":"t"},{"id":"b","name":"n/m","type":"t"},{"id":"c","type":"t","arguments":{"$output":"n/m"}}""")]
    [InlineData("""{"id":"a","name":"Rows","type":"t"},{"id":"c","type":"t","dependsOn":["rows"]}""")]
    [InlineData("""{"id":"a","type":"t"},{"id":"c","type":"t","dependsOn":["A"]}""")]
    [InlineData("""{"id":"a","type":"t"},{"id":"c","type":"t","dependsOn":["а"]}""")]
    [InlineData("""{"id":" a","name":"n","type":"t"},{"id":"c","type":"t","dependsOn":["n"]}""")]
    [InlineData("""{"id":"c","name":"n","type":"t","dependsOn":["n","c"],"arguments":{"$output":"n"}}""")]
    public void What_may_mean_two_things_or_nothing_stays(string subtasks)
    {
        TaskPlan plan = Read(subtasks);

        Assert.Same(plan, PlanRepairer.Repair(plan));
    }

    [Fact]
    public void What_is_used_becomes_a_dependency()
    {
        TaskPlan repaired = Repair(
            """
            {"id":"a","type":"t"},{"id":"o","type":"t"},
            {"id":"b","type":"t","optionalDependsOn":["o"],"arguments":{"x":[{"$output":"a/0"},{"$output":"a/1"},{"$output":"o"},{"$output":"ghost"},{"$output":"b"}]}},
            {"id":"c","type":"t","forEach":"a/items"},{"id":"d","type":"t","when":{"output":"a","is":"exists"}}
            """,
            out string[] repairs);

        Assert.Equal([["a"], ["a"], ["a"]], repaired.Subtasks.Skip(2).Select(subtask => subtask.DependsOn));
        Assert.Equal(["MissingDependency /subtasks/2/arguments/x/0", "MissingDependency /subtasks/3/forEach", "MissingDependency /subtasks/4/when/output"], repairs);
    }

    [Fact]
    public void Where_arguments_and_dependencies_disagree_the_arguments_are_believed_and_it_is_said_why()
    {
        TaskPlan repaired = Repair(
            """
            {"id":"a","type":"t","dependsOn":["c"],"optionalDependsOn":["b"]},
            {"id":"b","type":"t","dependsOn":[],"arguments":{"$output":"a"}},
            {"id":"c","type":"t","dependsOn":["b"],"arguments":{"$output":"b"}}
            """,
            out string[] repairs);

        Assert.Equal([[], ["a"], ["b"]], repaired.Subtasks.Select(subtask => subtask.DependsOn));
        Assert.Empty(repaired.Subtasks[0].OptionalDependsOn);
        Assert.Equal(
            ["MissingDependency /subtasks/1/arguments", "ContradictingDependency /subtasks/0/dependsOn", "ContradictingDependency /subtasks/0/optionalDependsOn"], repairs);
        PlanRepair way = repaired.Repairs[1];
        Assert.Equal("'a' is to wait for 'c', but 'c' uses the output of 'a' by way of 'b'.", way.Found);
        Assert.Contains("arguments were believed", way.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":"a","type":"t","dependsOn":["b"]},{"id":"b","type":"t","dependsOn":["a"]}""")]
    [InlineData("""{"id":"a","type":"t","dependsOn":["b"],"arguments":{"$output":"b"}},{"id":"b","type":"t","dependsOn":["a"],"arguments":{"$output":"a"}}""")]
    [InlineData("""{"id":"a","type":"t","dependsOn":["c"]},{"id":"b","type":"t","dependsOn":["a"],"arguments":{"$output":"a"}},{"id":"c","type":"t","dependsOn":["b"]}""")]
    public void A_circle_that_can_be_broken_in_two_ways_or_in_none_stays(string subtasks)
    {
        TaskPlan plan = Read(subtasks);

        Assert.Same(plan, PlanRepairer.Repair(plan));
    }

    [Fact]
    public void A_plan_within_a_plan_is_repaired_among_its_own()
    {
        TaskPlan repaired = Repair(
            """{"id":"x","name":"outer","type":"t"},{"id":"p","type":"$plan","plan":{"subtasks":[{"id":"i","type":"t","dependsOn":["j","j","outer"]},{"id":"j","type":"t"}]}}""",
            out string[] repairs);

        Assert.Equal(["j", "outer"], repaired.Subtasks[1].Plan!.Subtasks[0].DependsOn);
        Assert.Equal(["DuplicateDependency /subtasks/1/plan/subtasks/0/dependsOn/1"], repairs);
    }

    [Fact]
    public void Contradictions_without_number_over_ways_without_end_are_told_shortly()
    {
        const int Count = 300;
        string name = new('n', 2_000);
        Subtask[] subtasks =
        [
            .. Enumerable.Range(0, Count).Select(i => new Subtask
            {
                Id = $"{name}{i}",
                TaskType = "t",
                DependsOn = [.. Enumerable.Range(i + 1, Math.Min(5, Count - i - 1)).Select(next => $"{name}{next}")],
                Arguments = i == 0 ? null : JsonSerializer.SerializeToElement(new SubtaskOutput($"{name}{i - 1}", "").ToJsonNode()),
            }),
        ];

        TaskPlan repaired = PlanRepairer.Repair(new TaskPlan { Subtasks = subtasks });

        Assert.Equal((PlanRepairs.MaxTold + 1, PlanRepairCode.More), (repaired.Repairs.Count, repaired.Repairs[^1].Code));
        Assert.All(repaired.Repairs, repair => Assert.InRange($"{repair}".Length, 1, 2_000));
    }

    [Fact]
    public void A_way_is_told_by_its_first_steps()
    {
        string chain = string.Join(',', Enumerable.Range(1, 9).Select(i => $$$"""{"id":"s{{{i}}}","type":"t","dependsOn":["s{{{i - 1}}}"],"arguments":{"$output":"s{{{i - 1}}}"}}"""));

        TaskPlan repaired = Repair($$"""{"id":"s0","type":"t","dependsOn":["s9"]},{{chain}}""", out _);

        Assert.Equal("'s0' is to wait for 's9', but 's9' uses the output of 's0' by way of 's1', 's2', 's3', 's4', 's5' and 3 more.", Assert.Single(repaired.Repairs).Found);
    }

    [Fact]
    public void A_reference_of_slashes_is_no_name()
    {
        string slashes = new('/', 990);
        TaskPlan plan = Read($$"""{"id":"a","name":"n{{slashes}}","type":"t"},{"id":"b","type":"t","arguments":{"$output":"n{{slashes}}"} }""");

        Assert.Same(plan, PlanRepairer.Repair(plan));
    }

    private static TaskPlan Repair(string subtasks, out string[] repairs)
    {
        TaskPlan repaired = PlanRepairer.Repair(Read(subtasks));
        repairs = [.. repaired.Repairs.Select(repair => $"{repair.Code} {repair.Path}")];
        return repaired;
    }

    private static TaskPlan Read(string subtasks) => PlanAnswerReader.Read($$"""{"subtasks":[{{subtasks}}]}""", new PlanLimits());
}
