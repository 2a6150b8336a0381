using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Approval;

/// <summary>Questions that nobody answers in time.</summary>
public sealed class ApprovalTimeoutTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_that_nobody_answers_in_time_counts_as_rejected_and_the_rest_of_the_run_continues()
    {
        await using Engine engine = Create();
        await using OrchestrationRun run = await engine.StartAsync(Plan);
        ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);

        engine.Clock.Advance(Hour - TimeSpan.FromSeconds(1));
        Assert.Equal(SubtaskState.AwaitingApproval, run.GetSnapshot().Subtasks[0].State);
        engine.Clock.Advance(TimeSpan.FromSeconds(1));
        RunResult result = await run.EndAsync();

        Assert.Equal((SubtaskState.Failed, "ApprovalExpired"), (result["asks"].State, result["asks"].Error!.Kind));
        Assert.Equal((SubtaskState.Skipped, SubtaskState.Succeeded), (result["after"].State, result["other"].State));
        ApprovalDecided decided = Assert.Single((await Engine.EventsAsync(run)).OfType<ApprovalDecided>());
        Assert.Equal((false, null, "No answer came within 01:00:00."), (decided.IsApproved, decided.By, decided.Reason));
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.ApproveAsync(question, cancellationToken: TestEnd));
    }

    [Fact]
    public async Task A_question_that_was_answered_in_time_expires_no_more()
    {
        await using Engine engine = Create();
        await using OrchestrationRun run = await engine.StartAsync(Plan);

        await run.ApproveAsync(await Engine.SeeAsync<ApprovalRequested>(run), cancellationToken: TestEnd);
        engine.Clock.Advance(2 * Hour);

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task An_answer_that_comes_with_the_end_of_the_time_counts_or_is_refused_and_never_both()
    {
        int approved = 0;
        for (int i = 0; i < 200; i++)
        {
            await using Engine engine = Create();
            await using OrchestrationRun run = await engine.StartAsync(Plan);
            ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);
            using var barrier = new Barrier(2);
            Task answer = Task.Run(
                async () =>
                {
                    barrier.SignalAndWait(TestEnd);
                    await run.ApproveAsync(question, cancellationToken: TestEnd);
                },
                TestEnd);
            barrier.SignalAndWait(TestEnd);
            engine.Clock.Advance(Hour);
            RunResult result = await run.EndAsync();

            await ((Task)answer).InTimeAsync(run).ContinueWith(_ => { }, TaskScheduler.Default);
            Assert.Equal(answer.IsCompletedSuccessfully ? SubtaskState.Succeeded : SubtaskState.Failed, result["asks"].State);
            Assert.Equal(answer.IsCompletedSuccessfully, Assert.Single((await Engine.EventsAsync(run)).OfType<ApprovalDecided>()).IsApproved);
            approved += answer.IsCompletedSuccessfully ? 1 : 0;
        }

        TestContext.Current.SendDiagnosticMessage($"{approved} of 200 were approved.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(31L * 24 * 60 * 60 * 1000)]
    public async Task A_time_to_answer_that_is_none_is_refused(long milliseconds)
    {
        await using Engine engine = new(Configure);

        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(() => engine.Orchestrator.StartAsync(
            TaskPlan.Create(Plan), new RunOptions { ApprovalTimeout = TimeSpan.FromMilliseconds(milliseconds) }, TestEnd));

        Assert.Contains("RunOptions.ApprovalTimeout", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_passes_for_a_question_while_no_process_drives_its_run()
    {
        var host = new DurableHost(Configure, options => options.Runs.ApprovalTimeout = Hour);
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(Plan), TestEnd);
            await Engine.SeeAsync<ApprovalRequested>(run);
            await Engine.SeeAsync<SubtaskSucceeded>(run, succeeded => succeeded.SubtaskId == "other");
            runId = run.RunId;
        }

        host.Clock.Advance(Hour);

        Assert.Equal("ApprovalExpired", (await host.ResumeToEndAsync(runId))["asks"].Error!.Kind);
    }

    private static void Plan(TaskPlanBuilder plan)
    {
        SubtaskRef asks = plan.Add("asks", "work", options: new() { Policy = new SubtaskPolicy { RequiresApproval = true } });
        plan.Add("after", "work", after: [asks]);
        plan.Add("other", "work");
    }

    private static Engine Create() => new(Configure, options => options.Runs.ApprovalTimeout = Hour);

    private static void Configure(IAgentOrchestrationBuilder builder) => builder.AddTaskType("work", "Works.", () => "output");
}
