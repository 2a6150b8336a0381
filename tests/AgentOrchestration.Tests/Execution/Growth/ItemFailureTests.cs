using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Growth;

/// <summary>What failed items mean for the subtask that works through a list, and for what needs it.</summary>
public sealed class ItemFailureTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_failed_item_fails_its_subtask_with_the_error_of_the_item_and_leaves_the_others_alone()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan => plan.Add("sum", "sum", input: Each(plan, [1, -1, 3]).Output()));

        Assert.Equal((RunOutcome.Failed, SubtaskState.Failed), (result.Outcome, result["each"].State));
        Assert.Equal("ItemsFailed", result["each"].Error!.Kind);
        Assert.Equal("1 of 3 items failed: 'each/1': InvalidDataException: -1 is bad.", result["each"].Error!.Message);
        Assert.Equal((1L, 9L), (result.GetOutput<long>("each/0"), result.GetOutput<long>("each/2")));
        Assert.Equal((SubtaskState.Skipped, "each", SkipReason.Failed), (result["sum"].State, result["sum"].SkippedBecauseOf, result["sum"].SkipReason));
    }

    [Fact]
    public async Task Of_many_failed_items_the_error_names_the_first_and_counts_the_others()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan => Each(plan, [.. Enumerable.Range(1, 40).Select(number => -number)]));

        string message = result["each"].Error!.Message;
        Assert.StartsWith("40 of 40 items failed: 'each/0': InvalidDataException: -1 is bad; ", message, StringComparison.Ordinal);
        Assert.EndsWith("; and 35 more.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_subtask_ends_after_every_item_so_that_nothing_of_it_runs_beside_what_follows()
    {
        var slow = new Checkpoint();
        await using Engine engine = new(builder => builder.AddTaskType("work", "Works.", async (int number, TaskContext _, CancellationToken stop) =>
        {
            if (number == 0)
            {
                throw new InvalidDataException("Bad data.");
            }

            await slow.PassAsync(stop);
            return number;
        }));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.ForEach("each", new JsonArray(0, 1), "work"));
        await slow.Reached;
        await Engine.SeeAsync<SubtaskFailed>(run);

        Assert.Equal(SubtaskState.Pending, run.GetSnapshot().Subtasks[0].State);
        slow.Open();

        Assert.Equal(SubtaskState.Failed, (await run.EndAsync())["each"].State);
        Assert.Equal("each", (await Engine.EventsAsync(run)).OfType<SubtaskEvent>().Last().SubtaskId);
    }

    [Fact]
    public async Task A_subtask_that_continues_gives_each_item_as_a_result_or_an_error()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan => plan.Add("good", "sum-good", input: Each(plan, [1, -1, 3], ItemFailurePolicy.Continue).Output()));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(
            [new ItemResult<long> { Output = 1 }, new ItemResult<long> { Error = new ItemError("InvalidDataException", "-1 is bad.") }, new ItemResult<long> { Output = 9 }],
            result.GetOutput<ItemResult<long>[]>("each"));
        Assert.Equal(10, result.GetOutput<long>("good"));
        Assert.Equal((SubtaskState.Failed, "-1 is bad."), (result["each/1"].State, result["each/1"].Error!.Message));
    }

    [Theory]
    [InlineData(2, SubtaskState.Succeeded)]
    [InlineData(1, SubtaskState.Failed)]
    public async Task As_many_items_may_fail_as_the_plan_allows(int allowed, SubtaskState state)
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan => Each(plan, [-1, 2, -3, 4], ItemFailurePolicy.AtMost(allowed)));

        Assert.Equal((state, state == SubtaskState.Succeeded ? RunOutcome.Succeeded : RunOutcome.Failed), (result["each"].State, result.Outcome));
        Assert.Equal(
            state == SubtaskState.Failed ? "2 of 4 items failed, and 1 may: 'each/0': InvalidDataException: -1 is bad; 'each/2': InvalidDataException: -3 is bad." : null,
            result["each"].Error?.Message);
    }

    [Theory]
    [InlineData(FailurePolicy.Stop)]
    [InlineData(FailurePolicy.Compensate)]
    public async Task An_item_that_may_fail_does_not_stop_a_run_that_stops_after_a_failure(FailurePolicy policy)
    {
        await using Engine engine = Create(options => (options.Runs.FailurePolicy, options.Runs.MaxParallelism) = (policy, 1));

        RunResult result = await engine.RunAsync(plan => plan.Add("good", "sum-good", input: Each(plan, [-1, 2], ItemFailurePolicy.Continue).Output()));

        Assert.Equal((RunOutcome.Succeeded, 4L), (result.Outcome, result.GetOutput<long>("good")));
    }

    [Fact]
    public async Task A_run_that_stops_after_a_failed_item_says_so_at_the_subtask_of_the_item_too()
    {
        await using Engine engine = Create(options => (options.Runs.FailurePolicy, options.Runs.MaxParallelism) = (FailurePolicy.Stop, 1));

        RunResult result = await engine.RunAsync(plan => Each(plan, [-1, 2, 3]));

        Assert.Equal((RunOutcome.Failed, SubtaskState.Failed), (result.Outcome, result["each"].State));
        Assert.Equal("1 of 3 items failed: 'each/0': InvalidDataException: -1 is bad.", result["each"].Error!.Message);
        Assert.Equal((SubtaskState.Skipped, "each/0"), (result["each/2"].State, result["each/2"].SkippedBecauseOf));
    }

    [Fact]
    public async Task A_cancelled_item_skips_its_subtask_unless_items_may_fail()
    {
        foreach (ItemFailurePolicy policy in (ItemFailurePolicy[])[ItemFailurePolicy.Fail, ItemFailurePolicy.Continue])
        {
            var holding = new Checkpoint();
            await using Engine engine = new(builder => builder.AddTaskType("work", "Waits.", async (int number, TaskContext _, CancellationToken stop) =>
            {
                await holding.PassAsync(stop);
                return number;
            }));
            await using OrchestrationRun run = await engine.StartAsync(plan => plan.ForEach("each", new JsonArray(7), "work", options: new() { OnItemFailure = policy }));
            await holding.Reached;

            await run.CancelAsync("each/0", TestEnd);
            RunResult result = await run.EndAsync();

            Assert.Equal(
                policy.ListsErrors ? (SubtaskState.Succeeded, null, null) : (SubtaskState.Skipped, "each/0", (SkipReason?)SkipReason.Cancelled),
                (result["each"].State, result["each"].SkippedBecauseOf, result["each"].SkipReason));
            Assert.Equal(policy.ListsErrors ? "Cancelled" : null, policy.ListsErrors ? result.GetOutput<ItemResult<int>[]>("each")[0].Error!.Kind : null);
        }
    }

    [Fact]
    public async Task Results_and_errors_of_items_are_JSON_that_other_subtasks_refer_to()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef each = Each(plan, [2, -1], ItemFailurePolicy.Continue);
            plan.Add("all", "echo", input: each.Output());
            plan.Add("one", "echo", input: each.Output("/1/error/message"));
            plan.Add("sum", "sum", input: new JsonArray(each.Output("/0/output").ToJsonNode()));
        });

        Assert.Equal("""[{"output":4},{"error":{"kind":"InvalidDataException","message":"-1 is bad."}}]""", result.GetOutput<JsonElement>("all").GetRawText());
        Assert.Equal("-1 is bad.", result.GetOutput<JsonElement>("one").GetString());
        Assert.Equal(4, result.GetOutput<long>("sum"));
    }

    [Fact]
    public async Task A_consumer_of_plain_outputs_is_refused_where_items_may_fail()
    {
        await using Engine engine = Create();

        PlanDiagnostic refused = Assert.Single(engine.Orchestrator.Check(TaskPlan.Create(plan =>
            plan.Add("sum", "sum", input: Each(plan, [1], ItemFailurePolicy.Continue).Output()))));

        Assert.Equal((PlanDiagnosticCode.ReferenceTypeMismatch, "/subtasks/1/arguments"), (refused.Code, refused.Path));
    }

    [Fact]
    public async Task What_failed_items_mean_is_refused_where_there_are_no_items()
    {
        await using Engine engine = Create();

        PlanDiagnostic refused = Assert.Single(engine.Orchestrator.Check(new TaskPlan
        {
            Subtasks = [new Subtask { Id = "a", TaskType = "square", Arguments = JsonElement.Parse("1"), OnItemFailure = ItemFailurePolicy.Continue }],
        }));

        Assert.Equal((PlanDiagnosticCode.InvalidControl, "/subtasks/0/onItemFailure"), (refused.Code, refused.Path));
    }

    [Fact]
    public async Task A_failed_subtask_of_a_plan_within_the_plan_fails_it_with_that_error()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan => plan.AddPlan("outer", TaskPlan.Create(outer => outer.AddPlan("inner", TaskPlan.Create(inner =>
        {
            SubtaskRef bad = inner.Add("bad", "square", input: -1);
            inner.Add("after", "square", input: 2, after: [bad]);
            inner.Add("good", "square", input: 3);
        })))));

        Assert.Equal(RunOutcome.Failed, result.Outcome);
        Assert.Equal(("PartsFailed", "1 of the 3 subtasks of its plan failed: 'outer/inner/bad': InvalidDataException: -1 is bad."), (result["outer/inner"].Error!.Kind, result["outer/inner"].Error!.Message));
        Assert.StartsWith("1 of the 1 subtasks of its plan failed: 'outer/inner': PartsFailed: ", result["outer"].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(SubtaskState.Succeeded, result["outer/inner/good"].State);
    }

    [Fact]
    public async Task A_plan_within_the_plan_does_without_what_only_an_optional_input_takes()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan => plan.AddPlan("plan", TaskPlan.Create(inner =>
            inner.Add("last", "square", input: 2, options: new() { Optional = [inner.Add("bad", "square", input: -1)] }))));

        Assert.Equal((RunOutcome.Succeeded, """{"last":4}"""), (result.Outcome, result.GetOutput<JsonElement>("plan").GetRawText()));
    }

    private static SubtaskRef Each(TaskPlanBuilder plan, int[] items, ItemFailurePolicy policy = default) =>
        plan.ForEach("each", new JsonArray([.. items.Select(item => (JsonNode)item)]), "square", options: new() { OnItemFailure = policy });

    private static Engine Create(Action<AgentOrchestrationOptions>? options = null) => new(
        builder => builder
            .AddTaskType("square", "Squares.", (int number, TaskContext _, CancellationToken _) =>
                number < 0 ? throw new InvalidDataException($"{number} is bad.") : ValueTask.FromResult((long)number * number))
            .AddTaskType("sum", "Adds.", (long[] numbers, TaskContext _, CancellationToken _) => ValueTask.FromResult(numbers.Sum()))
            .AddTaskType("sum-good", "Adds what there is.", (ItemResult<long>[] results, TaskContext _, CancellationToken _) =>
                ValueTask.FromResult(results.Where(result => result.HasSucceeded).Sum(result => result.Output)))
            .AddTaskType("echo", "Echoes.", (JsonElement any, TaskContext _, CancellationToken _) => ValueTask.FromResult(any)),
        options);
}
