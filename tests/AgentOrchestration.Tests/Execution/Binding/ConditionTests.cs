using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Binding;

public sealed class ConditionTests
{
    [Theory]
    [InlineData("/number", ConditionOperator.Equals, "3", true)]
    [InlineData("/number", ConditionOperator.Equals, "3.0", true)]
    [InlineData("/number", ConditionOperator.Equals, "4", false)]
    [InlineData("/number", ConditionOperator.Equals, "\"3\"", false)]
    [InlineData("/text", ConditionOperator.Equals, "\"b\"", true)]
    [InlineData("/list", ConditionOperator.Equals, "[1, 2]", true)]
    [InlineData("/list", ConditionOperator.Equals, "[2, 1]", false)]
    [InlineData("/nothing", ConditionOperator.Equals, "null", true)]
    [InlineData("/number", ConditionOperator.NotEquals, "3", false)]
    [InlineData("/number", ConditionOperator.NotEquals, "4", true)]
    [InlineData("/list/7", ConditionOperator.NotEquals, "4", true)]
    [InlineData("/number", ConditionOperator.GreaterThan, "2.5", true)]
    [InlineData("/number", ConditionOperator.GreaterThan, "3", false)]
    [InlineData("/text", ConditionOperator.GreaterThan, "\"a\"", true)]
    [InlineData("/text", ConditionOperator.GreaterThan, "2", false)]
    [InlineData("/list/7", ConditionOperator.GreaterThan, "2", false)]
    [InlineData("/number", ConditionOperator.LessThan, "4", true)]
    [InlineData("/number", ConditionOperator.LessThan, "3", false)]
    [InlineData("/text", ConditionOperator.LessThan, "\"c\"", true)]
    [InlineData("/nothing", ConditionOperator.LessThan, "4", false)]
    [InlineData("/number", ConditionOperator.Exists, null, true)]
    [InlineData("/list/1", ConditionOperator.Exists, null, true)]
    [InlineData("/list/7", ConditionOperator.Exists, null, false)]
    [InlineData("/nothing", ConditionOperator.Exists, null, false)]
    [InlineData("", ConditionOperator.Exists, null, true)]
    public async Task A_condition_decides_whether_its_subtask_runs(string path, ConditionOperator how, string? value, bool holds)
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef facts = plan.Add("facts", "facts");
            plan.Add("maybe", "nothing", options: new() { When = new SubtaskCondition(facts.Output(path), how) { Value = value is null ? null : JsonElement.Parse(value) } });
        });

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(holds ? SubtaskState.Succeeded : SubtaskState.Skipped, result["maybe"].State);
    }

    [Fact]
    public async Task What_needs_a_subtask_whose_condition_does_not_hold_is_skipped_too_and_what_takes_it_runs()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef facts = plan.Add("facts", "facts");
            SubtaskRef maybe = plan.Add("maybe", "nothing", options: new() { When = Never(facts) });
            plan.Add("needs", "nothing", after: [maybe]);
            plan.Add("takes", "nothing", options: new() { Optional = [maybe] });
        });

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(
            [("maybe", "maybe", SkipReason.Condition), ("needs", "maybe", SkipReason.Condition)],
            result.Skipped.Select(subtask => (subtask.Subtask.Id, subtask.SkippedBecauseOf!, subtask.SkipReason!.Value)));
        Assert.Equal((SubtaskState.Succeeded, true), (result["takes"].State, result["takes"].IsDegraded));
    }

    [Fact]
    public async Task A_condition_guards_lists_and_plans_and_is_asked_before_anything_else()
    {
        await using Engine engine = Create(options => options.RequiresApproval = (subtask, _) => subtask.Condition is not null);

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef facts = plan.Add("facts", "facts");
            plan.ForEach("each", facts.Output("/list"), "number", options: new() { When = Never(facts) });
            plan.AddPlan("plan", TaskPlan.Create(inner => inner.Add("inner", "nothing")), options: new() { When = Never(facts) });
            plan.Add("approved", "nothing", options: new() { When = Never(facts) });
        });

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(["each", "plan", "approved"], result.Skipped.Select(subtask => subtask.Subtask.Id));
        Assert.Equal(4, result.Subtasks.Count);
    }

    [Fact]
    public async Task A_condition_on_an_optional_input_that_is_missing_finds_nothing()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef broken = plan.Add("broken", "broken");
            plan.Add("when-there", "nothing", options: new() { Optional = [broken], When = new SubtaskCondition(broken.Output("/number"), ConditionOperator.Exists) });
            plan.Add("when-not", "nothing", options: new() { Optional = [broken], When = new SubtaskCondition(broken.Output("/number"), ConditionOperator.NotEquals) { Value = JsonElement.Parse("3") } });
        });

        Assert.Equal(
            [SubtaskState.Failed, SubtaskState.Skipped, SubtaskState.Succeeded], result.Subtasks.Select(subtask => subtask.State));
        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
    }

    [Fact]
    public async Task Conditions_on_parts_of_one_output_write_it_once_and_find_what_each_looks_at()
    {
        const int conditions = 200;
        var table = new CountedTable([.. Enumerable.Range(0, conditions)]);
        await using Engine engine = new(builder => builder
            .AddTaskType("table", "Knows.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(table))
            .AddTaskType("nothing", "Does nothing.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value)));

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef rows = plan.Add("rows", "table");
            for (int i = 0; i < conditions; i++)
            {
                plan.Add($"s{i}", "nothing", options: new() { When = new SubtaskCondition(rows.Output($"/rows/{i}"), ConditionOperator.LessThan) { Value = JsonElement.Parse("150") } });
            }

            plan.Add("none", "nothing", options: new() { When = new SubtaskCondition(rows.Output($"/rows/{conditions}"), ConditionOperator.Exists) });
            plan.Add("all", "nothing", options: new() { When = new SubtaskCondition(rows.Output(), ConditionOperator.Exists) });
        });

        Assert.Equal(1, table.Readings);
        Assert.All(Enumerable.Range(0, conditions), i => Assert.Equal(i < 150 ? SubtaskState.Succeeded : SubtaskState.Skipped, result[$"s{i}"].State));
        Assert.Equal((SubtaskState.Skipped, SubtaskState.Succeeded), (result["none"].State, result["all"].State));
    }

    [Fact]
    public async Task A_condition_of_an_added_subtask_finds_its_part_when_others_have_looked_at_the_output_before()
    {
        await using Engine engine = new(builder => builder
            .AddTaskType("facts", "Knows.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(new Facts(3, "b", [1, 2], null)))
            .AddTaskType("nothing", "Does nothing.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value))
            .AddTaskType("adds", "Adds.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.AddSubtasks(added =>
                {
                    added.Add("text", "nothing", options: new() { When = new SubtaskCondition(new SubtaskOutput("facts", "/text"), ConditionOperator.Exists) });
                    added.Add("more", "nothing", options: new() { When = new SubtaskCondition(new SubtaskOutput("facts", "/list/2"), ConditionOperator.Exists) });
                });
                return ValueTask.FromResult(None.Value);
            }));

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef facts = plan.Add("facts", "facts");
            SubtaskRef number = plan.Add("number", "nothing", options: new() { When = new SubtaskCondition(facts.Output("/number"), ConditionOperator.Exists) });
            plan.Add("list", "nothing", options: new() { When = new SubtaskCondition(facts.Output("/list"), ConditionOperator.Exists) });
            plan.Add("adds", "adds", after: [number]);
        });

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal((SubtaskState.Succeeded, SubtaskState.Skipped), (result["adds/text"].State, result["adds/more"].State));
    }

    private static SubtaskCondition Never(SubtaskRef facts) => new(facts.Output("/number"), ConditionOperator.Equals) { Value = JsonElement.Parse("4") };

    private static Engine Create(Action<AgentOrchestrationOptions>? options = null) => new(
        builder => builder
            .AddTaskType("facts", "Knows.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(new Facts(3, "b", [1, 2], null)))
            .AddTaskType("number", "Returns it.", (int number, TaskContext _, CancellationToken _) => ValueTask.FromResult(number))
            .AddTaskType("nothing", "Does nothing.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value))
            .AddTaskType<None, Facts>("broken", "Fails.", (_, _, _) => throw new InvalidDataException("Bad data.")),
        options);

    private sealed class CountedTable(int[] rows)
    {
        private int _readings;

        public int[] Rows
        {
            get
            {
                Interlocked.Increment(ref _readings);
                return rows;
            }
        }

        internal int Readings => _readings;
    }

    private sealed record Facts(int Number, string Text, int[] List, string? Nothing);
}
