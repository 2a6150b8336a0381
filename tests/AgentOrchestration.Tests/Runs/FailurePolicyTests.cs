using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Runs;

public sealed class FailurePolicyTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_becomes_ready_by_the_failure_that_stops_the_run_does_not_start()
    {
        ConcurrentBag<string> started = [];
        await using Engine engine = Engine.For<string>(
            (context, _) =>
            {
                started.Add(context.Subtask.Id);
                throw new InvalidDataException("It fails.");
            },
            options: options => options.Runs.FailurePolicy = FailurePolicy.Stop);

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef fails = plan.Add("fails", "work");
            plan.Add("takes-it-or-not", "work", options: new() { Optional = [fails] });
            plan.Add("needs-it", "work", after: [fails]);
        });

        Assert.Equal(["fails"], started);
        Assert.Equal((SubtaskState.Skipped, SubtaskState.Skipped), (result["takes-it-or-not"].State, result["needs-it"].State));
    }

    [Fact]
    public async Task By_default_only_what_needs_the_failed_subtask_is_skipped()
    {
        await using Engine engine = Failing("broken");

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef broken = plan.Add("broken", "work");
            SubtaskRef next = plan.Add("next", "work", after: [broken]);
            plan.Add("after-next", "work", after: [next]);
            plan.Add("apart", "work");
        });

        Assert.Equal((RunOutcome.Failed, null), (result.Outcome, result.Run.StopReason));
        Assert.Equal(
            [("next", "broken", SkipReason.Failed), ("after-next", "broken", SkipReason.Failed)],
            result.Skipped.Select(subtask => (subtask.Subtask.Id, subtask.SkippedBecauseOf!, subtask.SkipReason!.Value)));
        Assert.Equal(["apart"], result.Succeeded.Select(subtask => subtask.Subtask.Id));
    }

    [Fact]
    public async Task Stop_tells_what_runs_to_stop_and_skips_the_rest()
    {
        var running = new Checkpoint();
        var broken = new Checkpoint();
        await using Engine engine = Engine.For<string>(
            async (context, stop) =>
            {
                if (context.Subtask.Id == "broken")
                {
                    await broken.PassAsync(stop);
                    throw new InvalidDataException("Bad data.");
                }

                await running.PassAsync(stop);
                return "never";
            },
            options: options => options.Runs.FailurePolicy = FailurePolicy.Stop);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef one = plan.Add("broken", "work");
            plan.Add("needs-broken", "work", after: [one]);
            SubtaskRef two = plan.Add("running", "work");
            plan.Add("needs-running", "work", after: [two]);
        });
        await Task.WhenAll(running.Reached, broken.Reached);

        broken.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Failed, StopReason.Failure), (result.Outcome, result.Run.StopReason));
        Assert.Equal(SubtaskState.Cancelled, result["running"].State);
        Assert.Equal(
            [("needs-broken", "broken", SkipReason.Failed), ("needs-running", "broken", SkipReason.RunStopped)],
            result.Skipped.Select(subtask => (subtask.Subtask.Id, subtask.SkippedBecauseOf!, subtask.SkipReason!.Value)));
    }

    [Fact]
    public async Task Stop_does_not_stop_for_a_failure_that_others_can_do_without()
    {
        await using Engine engine = Failing(options => options.Runs.FailurePolicy = FailurePolicy.Stop, "broken");

        RunResult result = await engine.RunAsync(plan => plan.Add("join", "work", options: new() { Optional = [plan.Add("broken", "work"), plan.Add("good", "work")] }));

        Assert.Equal((RunOutcome.Succeeded, null), (result.Outcome, result.Run.StopReason));
    }

    [Fact]
    public async Task Stop_does_not_stop_for_a_tolerated_failure_after_another_subtask_was_cancelled()
    {
        var broken = new Checkpoint();
        var good = new Checkpoint();
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                switch (context.Subtask.Id)
                {
                    case "broken":
                        await broken.PassAsync(stop);
                        throw new InvalidDataException("Bad data.");
                    case "good":
                        await good.PassAsync(stop);
                        break;
                    case "cancelled":
                        await new Checkpoint().PassAsync(stop);
                        break;
                }

                return context.Subtask.Id;
            },
            options: options => options.Runs.FailurePolicy = FailurePolicy.Stop);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("cancelled", "work");
            plan.Add("join", "work", after: [plan.Add("good", "work")], options: new() { Optional = [plan.Add("broken", "work")] });
        });
        await Task.WhenAll(broken.Reached, good.Reached);

        await run.CancelAsync("cancelled", TestEnd);
        await Engine.SeeAsync<SubtaskCancelled>(run);
        broken.Open();
        await Engine.SeeAsync<SubtaskFailed>(run);
        good.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Cancelled, null), (result.Outcome, result.Run.StopReason));
        Assert.Equal(SubtaskState.Succeeded, result["join"].State);
    }

    [Fact]
    public async Task A_join_with_an_optional_input_runs_degraded_and_knows_it()
    {
        IReadOnlyList<string> missing = [];
        await using Engine engine = new(builder => builder
            .AddTaskType("make", "Makes.", (string text, TaskContext _, CancellationToken _) =>
                text == "broken" ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult(text))
            .AddTaskType("join", "Joins.", (Pair pair, TaskContext context, CancellationToken _) =>
            {
                missing = context.MissingInputs;
                return ValueTask.FromResult($"{pair.Left ?? "nothing"} and {pair.Right ?? "nothing"}");
            }));

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef left = plan.Add("left", "make", input: "broken");
            SubtaskRef right = plan.Add("right", "make", input: "right");
            plan.Add("join", "join", input: new JsonObject { ["left"] = left.Output(), ["right"] = right.Output() }, options: new() { Optional = [left, right] });
        });

        Assert.Equal("nothing and right", result.GetOutput<string>("join"));
        Assert.Equal(["left"], missing);
        Assert.Equal(["join"], result.Degraded.Select(subtask => subtask.Subtask.Id));
        Assert.Equal((RunOutcome.Succeeded, SubtaskState.Failed), (result.Outcome, result["left"].State));
    }

    [Fact]
    public async Task A_part_of_a_missing_optional_output_is_null_too_and_so_is_all_of_it()
    {
        await using Engine engine = new(builder => builder
            .AddTaskType<None, Pair>("make", "Makes.", (_, _, _) => throw new InvalidDataException("Bad data."))
            .AddTaskType("text", "Takes a text.", (string? text, TaskContext _, CancellationToken _) => ValueTask.FromResult(text ?? "nothing"))
            .AddTaskType("pair", "Takes a pair.", (Pair? pair, TaskContext _, CancellationToken _) => ValueTask.FromResult(pair?.Left ?? "nothing")));

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef make = plan.Add("make", "make");
            plan.Add("text", "pair", input: new JsonObject { ["left"] = make.Output("/left"), ["right"] = "right" }, options: new() { Optional = [make] });
        });

        Assert.Equal("nothing", result.GetOutput<string>("text"));
    }

    [Fact]
    public async Task A_failure_counts_when_nothing_takes_the_subtask_or_something_needs_it()
    {
        await using Engine engine = Failing("broken");

        RunResult nothing = await engine.RunAsync(plan => plan.Add("broken", "work"));
        RunResult something = await engine.RunAsync(plan =>
        {
            SubtaskRef broken = plan.Add("broken", "work");
            plan.Add("needs", "work", after: [broken]);
            plan.Add("takes", "work", options: new() { Optional = [broken] });
        });

        Assert.Equal((RunOutcome.Failed, RunOutcome.Failed), (nothing.Outcome, something.Outcome));
    }

    [Fact]
    public async Task A_failure_is_tolerated_when_all_that_needs_it_is_only_an_optional_input_itself()
    {
        await using Engine engine = Failing("broken");

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef broken = plan.Add("broken", "work");
            SubtaskRef needs = plan.Add("needs", "work", after: [broken]);
            plan.Add("join", "work", options: new() { Optional = [needs] });
        });

        Assert.Equal((RunOutcome.Succeeded, SubtaskState.Skipped), (result.Outcome, result["needs"].State));
        Assert.Equal(["join"], result.Degraded.Select(subtask => subtask.Subtask.Id));
    }

    [Fact]
    public async Task A_failed_item_of_a_list_is_tolerated_when_the_list_is_an_optional_input()
    {
        await using Engine engine = new(builder => builder
            .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<int[]>([1, 2, 3]))
            .AddTaskType("work", "Works.", (int item, TaskContext _, CancellationToken _) =>
                item == 2 ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult(item)));

        RunResult result = await engine.RunAsync(plan =>
            plan.Add("join", "list", options: new() { Optional = [plan.ForEach("each", plan.Add("list", "list").Output(), "work")] }));

        Assert.Equal((RunOutcome.Succeeded, SubtaskState.Failed), (result.Outcome, result["each/1"].State));
        Assert.Equal(["join"], result.Degraded.Select(subtask => subtask.Subtask.Id));
    }

    private static Engine Failing(params string[] ids) => Failing(_ => { }, ids);

    private static Engine Failing(Action<AgentOrchestrationOptions> options, params string[] ids) => Engine.For(
        (context, _) => ids.Contains(context.Subtask.Id) ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult(context.Subtask.Id),
        options: options);

    private sealed record Pair(string? Left, string? Right);
}
