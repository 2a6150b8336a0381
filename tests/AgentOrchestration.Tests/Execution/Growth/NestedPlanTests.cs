using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Growth;

public sealed class NestedPlanTests
{
    [Fact]
    public async Task The_output_of_a_plan_is_an_object_of_the_outputs_of_its_last_subtasks()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef nested = plan.AddPlan("plan", TaskPlan.Create(inner =>
            {
                SubtaskRef one = inner.Add("one", "number", input: 1);
                inner.Add("two", "number", input: one.Output());
                inner.Add("three", "number", input: 3);
            }));
            plan.Add("after", "number", input: nested.Output("/three"));
        });

        Assert.Equal("""{"two":1,"three":3}""", result.GetOutput<JsonElement>("plan").GetRawText());
        Assert.Equal(3, result.GetOutput<int>("after"));
        Assert.Equal(["plan", "after", "plan/one", "plan/two", "plan/three"], result.Subtasks.Select(subtask => subtask.Subtask.Id));
        Assert.Equal((SubtaskState.Succeeded, 0), (result["plan"].State, result["plan"].Attempts));
    }

    [Fact]
    public async Task A_subtask_that_fails_within_a_plan_takes_what_needs_the_plan_along()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef nested = plan.AddPlan("plan", TaskPlan.Create(inner =>
            {
                inner.Add("broken", "number", input: -1);
                inner.Add("good", "number", input: 1);
            }));
            plan.Add("after", "number", input: nested.Output("/good"));
        });

        Assert.Equal(RunOutcome.Failed, result.Outcome);
        Assert.Equal(
            [("after", "plan")], result.Skipped.Select(subtask => (subtask.Subtask.Id, subtask.SkippedBecauseOf!)));
        Assert.Equal((SubtaskState.Failed, "PartsFailed"), (result["plan"].State, result["plan"].Error!.Kind));
        Assert.Equal(SubtaskState.Succeeded, result["plan/good"].State);
    }

    [Fact]
    public async Task Plans_within_plans_run_to_the_depth_that_is_allowed_and_are_refused_beyond()
    {
        await using Engine engine = Create();

        RunResult deep = await engine.RunAsync(plan => plan.AddPlan("p", Nested(6)));
        Assert.Equal(RunOutcome.Succeeded, deep.Outcome);
        Assert.Equal("p/p/p/p/p/p/p/leaf", deep.Subtasks[^1].Subtask.Id);

        PlanDiagnostic refused = Assert.Single(engine.Orchestrator.Check(TaskPlan.Create(plan => plan.AddPlan("p", Nested(7)))));
        Assert.Equal(PlanDiagnosticCode.TooLarge, refused.Code);
        Assert.StartsWith("/subtasks/0/plan/subtasks/0/plan/", refused.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_within_a_plan_is_known_before_the_run_with_its_place()
    {
        await using Engine engine = Create();

        IReadOnlyList<PlanDiagnostic> diagnostics = engine.Orchestrator.Check(TaskPlan.Create(plan =>
        {
            plan.Add("outer", "number", input: 1);
            plan.AddPlan("plan", TaskPlan.Create(inner =>
            {
                inner.Add("typo", "nubmer", input: 1);
                inner.Add("reaches-out", "number", input: 1, after: [new SubtaskRef("outer")]);
            }));
        }));

        Assert.Equal(
            [(PlanDiagnosticCode.UnknownTaskType, "/subtasks/1/plan/subtasks/0/type"), (PlanDiagnosticCode.UnknownDependency, "/subtasks/1/plan/subtasks/1/dependsOn/0")],
            diagnostics.Select(diagnostic => (diagnostic.Code, diagnostic.Path)).Order());
    }

    [Fact]
    public async Task A_part_that_no_last_subtask_makes_is_refused()
    {
        await using Engine engine = Create();

        PlanDiagnostic refused = Assert.Single(engine.Orchestrator.Check(TaskPlan.Create(plan =>
        {
            SubtaskRef nested = plan.AddPlan("plan", TaskPlan.Create(inner => inner.Add("one", "number", input: 1)));
            plan.Add("after", "number", input: nested.Output("/two"));
        })));

        Assert.Equal(PlanDiagnosticCode.ReferenceTypeMismatch, refused.Code);
    }

    [Fact]
    public async Task A_plan_waits_for_what_it_comes_after_and_its_subtasks_may_add_others()
    {
        var first = new Checkpoint();
        await using Engine engine = new(builder => builder
            .AddTaskType("first", "Waits.", async (None _, TaskContext _, CancellationToken stop) =>
            {
                await first.PassAsync(stop);
                return None.Value;
            })
            .AddTaskType("grow", "Adds.", (None _, TaskContext context, CancellationToken _) =>
            {
                if (context.Subtask.Id == "plan/grow")
                {
                    context.AddSubtasks(plan => plan.AddPlan("more", TaskPlan.Create(inner => inner.Add("last", "grow"))));
                }

                return ValueTask.FromResult(None.Value);
            }));
        await using OrchestrationRun run = await engine.StartAsync(plan =>
            plan.AddPlan("plan", TaskPlan.Create(inner => inner.Add("grow", "grow")), after: [plan.Add("first", "first")]));
        await first.Reached;

        Assert.Equal(2, run.GetSnapshot().Subtasks.Count);
        first.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal(["first", "plan", "plan/grow", "plan/grow/more", "plan/grow/more/last"], result.Subtasks.Select(subtask => subtask.Subtask.Id));
        Assert.Equal(5, result.Succeeded.Count());
        Assert.Equal("""{"grow":{}}""", result.GetOutput<JsonElement>("plan").GetRawText());
    }

    [Fact]
    public async Task A_condition_within_a_plan_skips_what_it_guards_and_not_the_whole_plan()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef outer = plan.AddPlan("outer", TaskPlan.Create(middle => middle.AddPlan("inner", Guarded())));
            plan.Add("after", "number", input: 1, after: [outer]);
            plan.Add("takes-other", "number", input: outer.Output("/inner/other"));
            SubtaskRef takesGuarded = plan.Add("takes-guarded", "number", input: outer.Output("/inner/guarded"));
            plan.Add("after-guarded", "number", input: 1, after: [takesGuarded]);
            plan.Add("if-guarded", "number", input: 1, after: [outer], options: new() { When = new SubtaskCondition(outer.Output("/inner/guarded"), ConditionOperator.Exists) });
            plan.ForEach("each", new System.Text.Json.Nodes.JsonArray(1), "add", input: new System.Text.Json.Nodes.JsonArray(new ItemReference(""), outer.Output("/inner/guarded")));
        });

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal("""{"inner":{"other":2}}""", result.GetOutput<JsonElement>("outer").GetRawText());
        Assert.Equal(2, result.GetOutput<int>("takes-other"));
        Assert.Equal(SubtaskState.Succeeded, result["after"].State);
        Assert.Equal(
            [
                ("after-guarded", "outer/inner/guarding", SkipReason.Condition), ("each", "outer/inner/guarding", SkipReason.Condition),
                ("if-guarded", "if-guarded", SkipReason.Condition), ("outer/inner/guarded", "outer/inner/guarding", SkipReason.Condition),
                ("outer/inner/guarding", "outer/inner/guarding", SkipReason.Condition), ("takes-guarded", "outer/inner/guarding", SkipReason.Condition),
            ],
            result.Skipped.Select(subtask => (subtask.Subtask.Id, subtask.SkippedBecauseOf!, subtask.SkipReason!.Value)).Order());
    }

    private static TaskPlan Guarded() => TaskPlan.Create(plan =>
    {
        SubtaskRef first = plan.Add("first", "number", input: 2);
        SubtaskRef guarding = plan.Add("guarding", "number", input: first.Output(), options: new() { When = new SubtaskCondition(first.Output(), ConditionOperator.GreaterThan) { Value = JsonElement.Parse("5") } });
        plan.Add("guarded", "number", input: guarding.Output());
        plan.Add("other", "number", input: first.Output());
    });

    private static TaskPlan Nested(int depth) =>
        TaskPlan.Create(plan => _ = depth == 0 ? plan.Add("leaf", "number", input: 1) : plan.AddPlan("p", Nested(depth - 1)));

    private static Engine Create() => new(builder => builder
        .AddTaskType("number", "Returns it.", (int number, TaskContext _, CancellationToken _) =>
            number < 0 ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult(number))
        .AddTaskType("add", "Adds.", (int[] numbers, TaskContext _, CancellationToken _) => ValueTask.FromResult(numbers.Sum())));
}
