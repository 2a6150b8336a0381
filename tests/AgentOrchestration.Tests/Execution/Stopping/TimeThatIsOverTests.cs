using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Stopping;

/// <summary>Time passes while nobody drives a run, and time that is over begins nothing.</summary>
public sealed class TimeThatIsOverTests
{
    private readonly Checkpoint _checkpoint = new();
    private int _begun;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_is_resumed_after_its_time_stops_before_any_attempt() =>
        await ResumeTooLateAsync(options => options.Runs.Timeout = TimeSpan.FromHours(1), result =>
        {
            Assert.Equal(StopReason.Timeout, result.Run.StopReason);
            Assert.All(result.Subtasks, subtask => Assert.Equal(SubtaskState.Cancelled, subtask.State));
        });

    [Theory]
    [InlineData(BudgetAction.Stop)]
    [InlineData(BudgetAction.Finish)]
    public async Task A_run_that_is_resumed_after_the_time_of_its_budget_begins_nothing(BudgetAction action) =>
        await ResumeTooLateAsync(options => options.Runs.Budget = new RunBudget { MaxTime = TimeSpan.FromHours(1), WhenExhausted = action }, result =>
        {
            Assert.Equal(BudgetLimit.Time, result.Run.ExhaustedBudget);
            Assert.NotEqual(RunOutcome.Succeeded, result.Outcome);
        });

    [Fact]
    public async Task A_run_that_is_resumed_after_the_time_of_its_budget_asks_before_any_attempt()
    {
        DurableHost host = Create(options => options.Runs.Budget = new RunBudget { MaxTime = TimeSpan.FromHours(1), WhenExhausted = BudgetAction.Ask });
        string runId = await LeaveAsync(host, plan => plan.Add("a", "work"));
        host.Clock.Advance(TimeSpan.FromDays(7));
        _checkpoint.Open();
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);

        await Engine.SeeAsync<BudgetExhausted>(run);
        Assert.Equal(0, _begun);
        await run.ExtendBudgetAsync(new RunBudget { MaxTime = TimeSpan.FromDays(30) }, TestEnd);

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(1, _begun);
    }

    [Fact]
    public async Task A_subtask_whose_time_over_all_attempts_has_ended_meanwhile_does_not_start_again() =>
        await ResumeTooLateAsync(
            null,
            result =>
            {
                Assert.Equal(SubtaskState.Failed, result["a"].State);
                Assert.Contains("within its timeout", result["a"].Error!.Message, StringComparison.Ordinal);
            },
            plan => plan.Add("a", "work", options: new() { Policy = new SubtaskPolicy { TotalTimeout = TimeSpan.FromHours(1) } }));

    private async Task ResumeTooLateAsync(Action<AgentOrchestrationOptions>? options, Action<RunResult> check, Action<TaskPlanBuilder>? plan = null)
    {
        DurableHost host = Create(options);
        string runId = await LeaveAsync(host, plan ?? (plan =>
        {
            plan.Add("a", "work");
            plan.Add("b", "work");
        }));
        host.Clock.Advance(TimeSpan.FromDays(7));
        _checkpoint.Open();

        RunResult result = await host.ResumeToEndAsync(runId);

        Assert.Equal(0, _begun);
        check(result);
    }

    private async Task<string> LeaveAsync(DurableHost host, Action<TaskPlanBuilder> plan)
    {
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan), TestEnd);
        await _checkpoint.Reached;
        await run.DisposeAsync();
        _begun = 0;
        return run.RunId;
    }

    private DurableHost Create(Action<AgentOrchestrationOptions>? options) => new(
        builder => builder.AddTaskType("work", "Works.", async (None _, TaskContext _, CancellationToken stop) =>
        {
            Interlocked.Increment(ref _begun);
            await _checkpoint.PassAsync(stop);
            return 1;
        }),
        options);
}
