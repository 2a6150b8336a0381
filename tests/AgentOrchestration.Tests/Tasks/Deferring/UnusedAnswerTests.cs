using AgentOrchestration.Results;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>Answers of batches that are charged though nobody takes them: they are spent, and served nothing.</summary>
public sealed class UnusedAnswerTests
{
    /// <summary>10 tokens in at 0.5, and 5 out at 1.</summary>
    private const decimal BatchedCall = 10;
    private const decimal LiveCall = 20;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_code_does_not_ask_again_is_extra()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        int asked = 0;
        world.Work = async (_, context, stop) => (await context.Chat.GetResponseAsync($"{Interlocked.Increment(ref asked)}", cancellationToken: stop)).Text;
        await using ServiceProvider process = world.NewProcess(isDurable: false);
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(1), DeferredWorld.Within(24), TestEnd);
        await DeferredWorld.DeferAllAsync(run);

        RunResult result = await world.AdvanceUntilAsync(run.EndAsync());

        AssertUnused(run.GetSavings(), subtasks: 1, calls: 1, spent: BatchedCall + LiveCall);

        // What made the output is the other call.
        Assert.Equal((LiveCall, BatchedCall), (result["s0"].OutputUsage!.Cost, result["s0"].UnusedUsage.Cost));
    }

    [Fact]
    public async Task What_came_before_a_run_was_cancelled_is_extra()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        await using ServiceProvider process = await StartSecondRoundAsync(world, new RunOptions { DeferCallsWithin = TimeSpan.FromHours(24) });
        await using OrchestrationRun run = Run!;

        await run.CancelAsync(cancellationToken: TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Cancelled, result.Outcome);
        AssertUnused(run.GetSavings(), subtasks: 3, calls: 3, spent: 3 * BatchedCall);
    }

    [Fact]
    public async Task What_came_before_a_subtask_was_cancelled_is_extra_and_counts_against_the_budget()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        await using ServiceProvider process = await StartSecondRoundAsync(world, new RunOptions { DeferCallsWithin = TimeSpan.FromHours(24), Budget = new RunBudget { MaxCost = 1_000 } });
        await using OrchestrationRun run = Run!;

        await run.CancelAsync("s1", TestEnd);
        UsageCounted counted = await Engine.SeeAsync<UsageCounted>(run);

        Assert.Equal(("s1", true, BatchedCall), (counted.SubtaskId, counted.IsUnused, counted.Usage.Cost));
        await world.AdvanceUntilAsync(run.EndAsync());
        AssertUnused(run.GetSavings(), subtasks: 1, calls: 1, spent: 5 * BatchedCall);
    }

    [Fact]
    public async Task What_a_budget_has_no_room_for_any_more_does_not_start_after_answers_that_nobody_took()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        int asked = 0;
        world.Work = async (prompt, context, stop) => (await context.Chat.GetResponseAsync(prompt == "s0" ? $"{Interlocked.Increment(ref asked)}" : prompt, cancellationToken: stop)).Text;
        TaskPlan plan = TaskPlan.Create(builder => builder.Add("s1", "ask", "s1", [builder.Add("s0", "ask", "s0")]));

        // The first has room for one call and a bit: with the answer that nobody took it is used up.
        RunResult result = await world.RunAsync(plan, new RunOptions { DeferCallsWithin = TimeSpan.FromHours(24), Budget = new RunBudget { MaxCost = 25 } }, isDeferred: false);

        Assert.Equal((SubtaskState.Succeeded, SubtaskState.Skipped), (result["s0"].State, result["s1"].State));
    }

    [Fact]
    public async Task What_a_batch_answers_before_it_is_cancelled_is_extra_as_long_as_the_run_lasts()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Batches.Time = _ => TimeSpan.FromHours(4);
        world.Batches.CancelTime = TimeSpan.FromMinutes(7);
        world.Work = async (prompt, context, stop) => prompt == "s3"
            ? await StayAsync(world, stop)
            : (await context.Chat.GetResponseAsync(prompt, cancellationToken: stop)).Text;
        await using ServiceProvider process = world.NewProcess(isDurable: false);
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(4), DeferredWorld.Within(24), TestEnd);
        await world.AdvanceUntilAsync(Engine.SeeAsync<CallsSubmitted>(run));
        await world.AdvanceByAsync(TimeSpan.FromHours(3));

        foreach (string subtask in new[] { "s0", "s1", "s2" })
        {
            await run.CancelAsync(subtask, TestEnd);
        }

        await world.AdvanceUntilAsync(run.EndAsync());

        int answered = Assert.Single(world.Batches.All).Answered.Count;
        Assert.InRange(answered, 1, 2);
        AssertUnused(run.GetSavings(), answered, answered, answered * BatchedCall);
    }

    [Fact]
    public async Task A_run_that_is_resumed_counts_nothing_twice()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        string id;
        await using (ServiceProvider process = await StartSecondRoundAsync(world, new RunOptions { DeferCallsWithin = TimeSpan.FromHours(24) }, isDurable: true))
        {
            await using OrchestrationRun first = Run!;
            await first.CancelAsync("s1", TestEnd);
            await Engine.SeeAsync<UsageCounted>(first);
            id = first.RunId;
        }

        await using ServiceProvider other = world.NewProcess();
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(other).ResumeAsync(id, TestEnd);
        await world.AdvanceUntilAsync(run.EndAsync(), seconds: 10);

        AssertUnused(run.GetSavings(), subtasks: 1, calls: 1, spent: 5 * BatchedCall);
    }

    private OrchestrationRun? Run { get; set; }

    /// <summary>Each subtask has had its first answer, and waits for its second.</summary>
    private async Task<ServiceProvider> StartSecondRoundAsync(DeferredWorld world, RunOptions options, bool isDurable = false)
    {
        world.Work = async (prompt, context, stop) =>
        {
            string first = (await context.Chat.GetResponseAsync(prompt, cancellationToken: stop)).Text;
            return (await context.Chat.GetResponseAsync(first, cancellationToken: stop)).Text;
        };
        ServiceProvider process = world.NewProcess(isDurable: isDurable);
        Run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(3), options, TestEnd);
        await DeferredWorld.DeferAllAsync(Run);
        await world.AdvanceUntilAsync(Engine.SeeAsync<AttemptStarted>(Run, started => started.Attempt == 2));
        await DeferredWorld.DeferAllAsync(Run, times: 2);
        return process;
    }

    private static async Task<string> StayAsync(DeferredWorld world, CancellationToken stop)
    {
        await Task.Delay(TimeSpan.FromHours(6), world.Clock, stop);
        return "stayed";
    }

    private static void AssertUnused(RunSavings savings, int subtasks, long calls, decimal spent)
    {
        SavingsItem item = Assert.Single(savings.Extra);
        Assert.Equal((SavingsReason.UnusedAnswer, subtasks, calls, calls * BatchedCall), (item.Reason, item.Subtasks, item.Usage.Calls, item.Usage.Cost));
        Assert.Equal(spent, savings.Spent.Cost);
    }
}
