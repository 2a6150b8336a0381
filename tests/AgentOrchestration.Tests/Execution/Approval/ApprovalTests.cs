using System.Text.Json.Nodes;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Approval;

public sealed class ApprovalTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, null, false, false)]
    [InlineData(true, null, false, true)]
    [InlineData(false, true, false, true)]
    [InlineData(false, null, true, true)]
    [InlineData(true, false, false, false)]
    [InlineData(false, false, true, false)]
    public async Task The_task_type_the_rule_or_the_plan_asks_and_the_plan_has_the_last_word(bool taskType, bool? policy, bool rule, bool asks)
    {
        await using Engine engine = Engine.For(
            (_, _) => ValueTask.FromResult("output"),
            options =>
            {
                options.RequiresApproval = taskType;
                options.Effect = TaskEffect.Irreversible;
            },
            options => options.RequiresApproval = (_, type) => rule && type.Effect == TaskEffect.Irreversible);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
            plan.Add("only", "work", options: new() { Policy = policy is null ? null : new SubtaskPolicy { RequiresApproval = policy } }));

        if (asks)
        {
            await run.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(run), cancellationToken: TestEnd);
        }

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(asks ? 1 : 0, (await Engine.EventsAsync(run)).OfType<ApprovalRequested>().Count());
    }

    [Fact]
    public async Task A_subtask_that_waits_for_approval_holds_nothing()
    {
        await using Engine engine = new(
            builder => builder.AddResource("licence", 1).AddTaskType(
                "work",
                "Works.",
                (None _, TaskContext context, CancellationToken _) => ValueTask.FromResult(context.Subtask.Id),
                options => options.Resources = ResourceRequirements.Of("licence", 1)),
            options => options.Runs.MaxParallelism = 1);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("asks", "work", options: new() { Policy = new SubtaskPolicy { RequiresApproval = true }, EstimatedDuration = TimeSpan.FromHours(1) });
            plan.Add("other", "work", options: new() { EstimatedDuration = TimeSpan.FromMinutes(1) });
        });
        await Engine.SeeAsync<ApprovalRequested>(run);
        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "other");

        SubtaskSnapshot waiting = run.GetSnapshot().Subtasks[0];
        Assert.Equal((SubtaskState.AwaitingApproval, 0), (waiting.State, waiting.Attempts));
        await run.ApproveAsync(waiting.PendingApproval!, by: "Ada", reason: "It is fine.", TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((2, null), (result.Succeeded.Count(), result["asks"].PendingApproval));
        ApprovalDecided decided = Assert.Single((await Engine.EventsAsync(run)).OfType<ApprovalDecided>());
        Assert.Equal((true, "Ada", "It is fine."), (decided.IsApproved, decided.By, decided.Reason));
    }

    [Fact]
    public async Task The_question_shows_the_exact_arguments_and_is_bound_to_them()
    {
        await using Engine engine = Mail();
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef address = plan.Add("address", "address");
            plan.Add("one", "mail", input: new JsonObject { ["to"] = address.Output(), ["text"] = "Hello" });
            plan.Add("two", "mail", input: new JsonObject { ["to"] = address.Output(), ["text"] = "Hello!" });
        });
        ApprovalRequested one = await Engine.SeeAsync<ApprovalRequested>(run, next => next.SubtaskId == "one");
        ApprovalRequested two = await Engine.SeeAsync<ApprovalRequested>(run, next => next.SubtaskId == "two");

        Assert.Equal("""{"to":"ada@example.org","text":"Hello"}""", one.Arguments.GetRawText());
        Assert.NotEqual(one.Fingerprint, two.Fingerprint);
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.ApproveAsync(one with { Fingerprint = two.Fingerprint }, cancellationToken: TestEnd));
        await run.ApproveAsync(one, cancellationToken: TestEnd);
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.ApproveAsync(one, cancellationToken: TestEnd));
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.RejectAsync(one, cancellationToken: TestEnd));
        await run.ApproveAsync(two, cancellationToken: TestEnd);

        RunResult result = await run.EndAsync();
        Assert.Equal(("ada@example.org: Hello", "ada@example.org: Hello!"), (result.GetOutput<string>("one"), result.GetOutput<string>("two")));
    }

    [Fact]
    public async Task The_answer_to_one_run_counts_for_no_other()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult("output"), options => options.RequiresApproval = true);
        await using OrchestrationRun left = await engine.StartOneAsync();
        await using OrchestrationRun right = await engine.StartOneAsync();
        ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(left);
        await Engine.SeeAsync<ApprovalRequested>(right);

        await Assert.ThrowsAsync<InvalidOperationException>(() => right.ApproveAsync(question, cancellationToken: TestEnd));
    }

    [Theory]
    [InlineData("Ada", "Too risky.", "It was rejected by Ada: Too risky.")]
    [InlineData(null, "Too risky.", "It was rejected: Too risky.")]
    [InlineData("Ada", null, "It was rejected by Ada.")]
    [InlineData(null, null, "It was rejected.")]
    public async Task A_rejected_subtask_fails_with_who_and_why(string? by, string? reason, string message)
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult("output"), options =>
        {
            options.RequiresApproval = true;
            options.Retry.MaxAttempts = 3;
        });
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("after", "work", after: [plan.Add("asks", "work")]));

        await run.RejectAsync(await Engine.SeeAsync<ApprovalRequested>(run), by, reason, TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Failed, SubtaskState.Failed, 0), (result.Outcome, result["asks"].State, result["asks"].Attempts));
        Assert.Equal(("Rejected", message), (result["asks"].Error!.Kind, result["asks"].Error!.Message));
        Assert.Equal((SubtaskState.Skipped, "asks"), (result["after"].State, result["after"].SkippedBecauseOf));
    }

    [Fact]
    public async Task An_approval_is_good_for_all_attempts()
    {
        await using Engine engine = Engine.For(
            (context, _) => context.Attempt < 3 ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult("third"),
            options =>
            {
                options.RequiresApproval = true;
                options.Retry.MaxAttempts = 3;
                options.Retry.Delay = TimeSpan.Zero;
            });
        await using OrchestrationRun run = await engine.StartOneAsync();

        await run.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(run), cancellationToken: TestEnd);

        Assert.Equal("third", (await run.EndAsync()).GetOutput<string>("only"));
        Assert.Single((await Engine.EventsAsync(run)).OfType<ApprovalRequested>());
    }

    [Fact]
    public async Task Equal_subtasks_are_each_approved_and_then_share_the_work()
    {
        int calls = 0;
        await using Engine engine = Engine.For(
            (_, _) => ValueTask.FromResult(Interlocked.Increment(ref calls)),
            options =>
            {
                options.RequiresApproval = true;
                options.Effect = TaskEffect.Pure;
            });
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("one", "work");
            plan.Add("two", "work");
            plan.Add("three", "work");
        });

        await run.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(run, next => next.SubtaskId == "one"), cancellationToken: TestEnd);
        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "one");
        await run.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(run, next => next.SubtaskId == "two"), cancellationToken: TestEnd);
        await run.RejectAsync(await Engine.SeeAsync<ApprovalRequested>(run, next => next.SubtaskId == "three"), cancellationToken: TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal(1, calls);
        Assert.Equal(
            [SubtaskState.Succeeded, SubtaskState.Succeeded, SubtaskState.Failed], result.Subtasks.Select(subtask => subtask.State));
        Assert.Equal(OutputOrigin.Shared, result["two"].Origin);
    }

    [Fact]
    public async Task Every_item_of_a_list_is_approved_by_itself()
    {
        await using Engine engine = new(builder => builder
            .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<int[]>([1, 2]))
            .AddTaskType("work", "Works.", (int item, TaskContext _, CancellationToken _) => ValueTask.FromResult(item), options => options.RequiresApproval = true));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.ForEach("each", plan.Add("list", "list").Output(), "work"));

        await run.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(run, next => next.SubtaskId == "each/0"), cancellationToken: TestEnd);
        await run.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(run, next => next.SubtaskId == "each/1"), cancellationToken: TestEnd);

        RunResult result = await run.EndAsync();
        Assert.Equal([1, 2], result.GetOutput<int[]>("each"));
        Assert.Equal(2, (await Engine.EventsAsync(run)).OfType<ApprovalRequested>().Count());
    }

    [Fact]
    public async Task A_run_that_is_cancelled_waits_for_no_approval()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult("output"), options => options.RequiresApproval = true);
        await using OrchestrationRun run = await engine.StartOneAsync();
        ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);

        await run.CancelAsync(TestEnd);

        Assert.Equal(RunOutcome.Cancelled, (await run.EndAsync()).Outcome);
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.ApproveAsync(question, cancellationToken: TestEnd));
    }

    private static Engine Mail() => new(builder => builder
        .AddTaskType("address", "Knows.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("ada@example.org"))
        .AddTaskType(
            "mail",
            "Sends.",
            (Letter letter, TaskContext _, CancellationToken _) => ValueTask.FromResult($"{letter.To}: {letter.Text}"),
            options => options.RequiresApproval = true));

    private sealed record Letter(string To, string Text);
}
