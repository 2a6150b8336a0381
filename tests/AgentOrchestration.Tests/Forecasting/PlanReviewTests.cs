using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Tasks.Batching;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Forecasting;

public sealed class PlanReviewTests : IAsyncDisposable
{
    private readonly Engine _engine = new(builder => builder
        .AddTaskType("read", "Reads.", (JsonElement _, TaskContext _, CancellationToken _) => ValueTask.FromResult("text"), options => options.Effect = TaskEffect.Read)
        .AddTaskType("send", "Sends.", (JsonElement _, TaskContext _, CancellationToken _) => ValueTask.FromResult("text"), options => options.Effect = TaskEffect.Write)
        .AddResource("licence", 1));

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public void A_plan_without_anything_to_change_has_no_findings()
    {
        PlanReview review = Review(Subtask("a", 1), Subtask("b", 1), Subtask("c", 1, ["a", "b"], uses: ["a", "b"]));

        Assert.Empty(review.Findings);
        Assert.Empty(review.UnknownDurations);
        Assert.Equal(TimeSpan.FromMinutes(2), review.Makespan);
        Assert.EndsWith("review: nothing to change\n", review.Plan.ToTree(review), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dependency_without_data_that_delays_the_run_is_found_with_what_it_costs()
    {
        PlanFinding finding = Assert.Single(Review(Subtask("a", 3), Subtask("b", 2, ["a"]), Subtask("c", 1, ["b"], uses: ["b"])).Findings);

        Assert.Equal((PlanFindingCode.UnneededDependency, "b,a", true), (finding.Code, string.Join(',', finding.SubtaskIds), finding.IsByEstimates));
        Assert.Equal(TimeSpan.FromMinutes(3), finding.ExpectedGain);
        Assert.EndsWith("Expected gain: 3 min, by estimates.", finding.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Dependencies_without_data_that_delay_the_run_only_together_are_one_finding()
    {
        PlanFinding finding = Assert.Single(Review(Subtask("a", 3), Subtask("b", 3), Subtask("c", 2, ["a", "b"])).Findings);

        Assert.Equal((PlanFindingCode.UnneededDependency, "c", TimeSpan.FromMinutes(2)), (finding.Code, Assert.Single(finding.SubtaskIds), finding.ExpectedGain));
        Assert.Contains("'a' before 'c', 'b' before 'c'", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dependency_without_data_that_delays_nothing_is_none() =>
        Assert.Empty(Review(Subtask("a", 1), Subtask("b", 2, ["a"]), Subtask("c", 9), Subtask("d", 5, ["c"], uses: ["c"])).Findings);

    [Theory]
    [InlineData("send", "read")]
    [InlineData("read", "send")]
    public void The_order_of_what_changes_something_may_be_meant(string first, string second) =>
        Assert.Empty(Review(Subtask("a", 3, taskType: first), Subtask("b", 2, ["a"], taskType: second)).Findings);

    [Fact]
    public void Lists_conditions_and_optional_dependencies_carry_data_too()
    {
        Subtask list = Subtask("b", 2, ["a"]) with { Items = JsonElement.Parse("""[{"$output":"a"}]"""), Arguments = null };
        Subtask conditional = Subtask("c", 2, ["a"]) with { Condition = new SubtaskCondition(new SubtaskOutput("a", ""), ConditionOperator.Exists) };
        Subtask optional = Subtask("d", 2, [], uses: ["a"]) with { OptionalDependsOn = ["a"] };

        Assert.Empty(Review(Subtask("a", 3), list, conditional, optional).Findings);
        Assert.Equal(PlanFindingCode.UnneededDependency, Assert.Single(Review(Subtask("a", 3), Subtask("d", 2) with { OptionalDependsOn = ["a"] }).Findings).Code);
    }

    [Fact]
    public void A_subtask_that_alone_decides_the_length_of_the_run_is_too_coarse()
    {
        PlanFinding finding = Assert.Single(Review(Subtask("a", 1), Subtask("b", 2), Subtask("c", 1), Subtask("big", 20)).Findings);

        Assert.Equal((PlanFindingCode.TooCoarse, "big", true), (finding.Code, Assert.Single(finding.SubtaskIds), finding.IsByEstimates));
        Assert.Null(finding.ExpectedGain);
        Assert.EndsWith("This is by estimates.", finding.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_subtask_among_few_or_long_ones_is_not_too_coarse()
    {
        Assert.Empty(Review(Subtask("a", 1), Subtask("big", 20)).Findings);
        Assert.Empty(Review(Subtask("a", 5), Subtask("b", 6), Subtask("c", 5), Subtask("big", 20)).Findings);
        Assert.Empty(Review(Subtask("a", 0), Subtask("b", 0), Subtask("c", 0), Subtask("big", 0)).Findings);
    }

    [Fact]
    public void Many_subtasks_that_cost_more_to_start_than_to_do_are_too_fine()
    {
        Subtask[] fine = [.. Enumerable.Range(0, 30).Select(i => Subtask($"s{i}", 0.00001))];

        PlanFinding finding = Assert.Single(Review(fine).Findings, finding => finding.Code == PlanFindingCode.TooFine);

        Assert.Equal((20, true), (finding.SubtaskIds.Count, finding.IsByEstimates));
        Assert.StartsWith("30 subtasks of the type 'read'", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Review(fine[..9]).Findings, finding => finding.Code == PlanFindingCode.TooFine);
    }

    [Fact]
    public void Width_that_the_workers_cannot_use_is_found_with_what_more_would_save()
    {
        PlanFinding finding = Assert.Single(Review([.. Enumerable.Range(0, 10).Select(i => Subtask($"s{i}", 1))]).Findings);

        Assert.Equal((PlanFindingCode.UnusableWidth, 5, TimeSpan.FromMinutes(1)), (finding.Code, finding.SubtaskIds.Count, finding.ExpectedGain));
        Assert.Contains("at most 5 subtasks run at a time", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Width_that_a_pool_cannot_use_names_the_pool()
    {
        PlanFinding finding = Assert.Single(Review([.. Enumerable.Range(0, 3).Select(i => Subtask($"s{i}", 1) with { Resources = ResourceRequirements.Of("licence", 1) })]).Findings);

        Assert.Equal((PlanFindingCode.UnusableWidth, TimeSpan.FromMinutes(2)), (finding.Code, finding.ExpectedGain));
        Assert.Contains("'licence' has 1", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_work_is_found_whatever_the_order_of_its_properties()
    {
        PlanReview review = Review(
            Subtask("a", 1) with { Arguments = JsonElement.Parse("""{"x":1,"y":["z"]}""") },
            Subtask("b", 1) with { Arguments = JsonElement.Parse("""{ "y":["z"], "x":1 }""") },
            Subtask("c", 1) with { Arguments = JsonElement.Parse("""{"x":1,"y":["z","z"]}""") },
            Subtask("d", 1, taskType: "send") with { Arguments = JsonElement.Parse("7") },
            Subtask("e", 1, taskType: "send") with { Arguments = JsonElement.Parse("7") });

        Assert.Equal(["a,b", "d,e"], review.Findings.Select(finding => string.Join(',', finding.SubtaskIds)));
        Assert.All(review.Findings, finding => Assert.Equal((PlanFindingCode.IdenticalWork, false), (finding.Code, finding.IsByEstimates)));
        Assert.Contains("shares the output already", review.Findings[0].Remedy, StringComparison.Ordinal);
        Assert.Contains("unless the change is meant", review.Findings[1].Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_that_a_run_batches_is_named_and_nothing_else()
    {
        await using Engine engine = new(builder => builder
            .AddBatchTaskType(
                "square", "Squares.", (IReadOnlyList<int> numbers, BatchContext _, CancellationToken _) => ValueTask.FromResult<IReadOnlyList<int>>(numbers),
                options =>
                {
                    options.Effect = TaskEffect.Read;
                    options.Batch.MaxSize = 2;
                }));
        Subtask[] subtasks = [.. Enumerable.Range(0, 4).Select(i => Subtask($"s{i}", 1, taskType: "square") with { Arguments = JsonSerializer.SerializeToElement(i) })];

        PlanFinding finding = Assert.Single(engine.Orchestrator.Review(new TaskPlan { Subtasks = subtasks }).Findings, finding => finding.Code == PlanFindingCode.Batchable);

        Assert.Equal("s0,s1,s2,s3", string.Join(',', finding.SubtaskIds));
        Assert.Contains("need 2 calls", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Review(subtasks.Select(subtask => subtask with { TaskType = "read" }).ToArray()).Findings, other => other.Code == PlanFindingCode.Batchable);
    }

    [Fact]
    public void Durations_that_nobody_knows_are_named()
    {
        PlanReview review = Review(Subtask("a", null), Subtask("b", null, ["a"]));

        Assert.Equal(["a", "b"], review.UnknownDurations);
        Assert.Contains("The durations of 2 subtasks are not known", review.Plan.ToTree(review), StringComparison.Ordinal);
    }

    [Fact]
    public void The_preview_lists_the_findings_and_no_text_in_them_acts_on_a_terminal()
    {
        TaskPlan plan = new() { Goal = "g", Subtasks = [Subtask("a", 1)] };
        var review = new PlanReview(plan, [new PlanFinding(PlanFindingCode.TooCoarse, ["a\u001b[31m", "b", "c", "d", "e", "f"], "Line\nbreak\u001b[2J.", "Split.")], TimeSpan.Zero);

        Assert.Equal($"{plan.ToTree()}review\n└─ TooCoarse (a\uFFFD[31m, b, c, d, e and 1 more): Line break\uFFFD[2J. Split.\n", plan.ToTree(review));
    }

    [Fact]
    public void An_invalid_plan_is_not_reviewed_and_a_large_one_is()
    {
        Assert.Throws<InvalidPlanException>(() => Review(Subtask("a", 1, ["nobody"])));

        Subtask[] chain = [.. Enumerable.Range(0, 500).Select(i => Subtask($"s{i}", 1, i == 0 ? [] : [$"s{i - 1}"]))];
        Assert.Contains(Review(chain).Findings, finding => finding.Code == PlanFindingCode.UnneededDependency);
    }

    private static Subtask Subtask(string id, double? minutes, string[]? after = null, string[]? uses = null, string taskType = "read") => new()
    {
        Id = id,
        TaskType = taskType,
        DependsOn = after ?? [],
        EstimatedDuration = minutes is { } some ? TimeSpan.FromMinutes(some) : null,
        Arguments = JsonSerializer.SerializeToElement(new { id, uses = (uses ?? []).Select(use => new Dictionary<string, string> { ["$output"] = use }) }),
    };

    private PlanReview Review(params Subtask[] subtasks) => _engine.Orchestrator.Review(new TaskPlan { Subtasks = subtasks });
}
