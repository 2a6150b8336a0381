using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>A run that is paused starts nothing until it is continued, in this process or another.</summary>
public sealed class PauseTests
{
    private readonly Checkpoint _checkpoint = new();
    private readonly List<string> _begun = [];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_runs_continues_to_its_end_and_nothing_else_starts()
    {
        await using ServiceProvider process = Create(new ServiceCollection().AddAgentOrchestration());
        await using OrchestrationRun run = await process.GetRequiredService<ITaskOrchestrator>().StartAsync(Plan, TestEnd);
        await _checkpoint.Reached;

        await run.PauseAsync("the prices are wrong", TestEnd);
        await run.PauseAsync("again", TestEnd);
        _checkpoint.Open();
        await Engine.SeeAsync<SubtaskSucceeded>(run, succeeded => succeeded.SubtaskId == "first");
        RunSnapshot paused = run.GetSnapshot();
        WaitExplanation why = run.Explain("second");

        Assert.Equal(["first"], _begun);
        Assert.Equal("the prices are wrong", paused.PauseReason);
        Assert.NotNull(paused.PausedSince);
        Assert.Equal(WaitKind.Pause, why.Kind);
        Assert.Contains("the prices are wrong", why.ToString(), StringComparison.Ordinal);
        await run.ContinueAsync(TestEnd);
        await run.ContinueAsync(TestEnd);
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(["first", "second"], _begun);
        Assert.Null(run.GetSnapshot().PausedSince);
        Assert.Equal(["run-paused", "run-continued"], (await Engine.EventsAsync(run)).Where(next => next is RunPaused or RunContinued).Select(next => next is RunPaused ? "run-paused" : "run-continued"));
    }

    [Fact]
    public async Task A_paused_run_is_cancelled_like_any_other()
    {
        await using ServiceProvider process = Create(new ServiceCollection().AddAgentOrchestration());
        await using OrchestrationRun run = await process.GetRequiredService<ITaskOrchestrator>().StartAsync(Plan, TestEnd);
        await _checkpoint.Reached;
        await run.PauseAsync(cancellationToken: TestEnd);
        _checkpoint.Open();
        await Engine.SeeAsync<SubtaskSucceeded>(run);

        await run.CancelAsync(TestEnd);

        Assert.Equal(RunOutcome.Cancelled, (await run.EndAsync()).Outcome);
        Assert.Equal(["first"], _begun);
        await run.PauseAsync(cancellationToken: TestEnd);
        await run.ContinueAsync(TestEnd);
    }

    [Fact]
    public async Task A_durable_run_stays_paused_over_a_crash_and_continues_from_another_process()
    {
        var host = new DurableHost(AddTaskTypes) { Clock = { Haste = 10 } };
        string runId;
        await using (ServiceProvider first = host.NewProcess())
        {
            OrchestrationRun run = await DurableHost.OrchestratorOf(first).StartAsync(Plan, TestEnd);
            runId = run.RunId;
            await _checkpoint.Reached;
            await using ServiceProvider elsewhere = host.NewProcess();
            await using OrchestrationRun followed = await DurableHost.OrchestratorOf(elsewhere).AttachAsync(runId, TestEnd);
            await followed.PauseAsync("a holiday", TestEnd).AsTask().InTimeAsync(run);
            await run.DisposeAsync();
        }

        _begun.Clear();
        host.ProcessDies();
        await using ServiceProvider second = host.NewProcess();
        await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(second).ResumeAsync(runId, TestEnd);
        Assert.Equal("a holiday", resumed.GetSnapshot().PauseReason);
        Assert.Empty(_begun);
        _checkpoint.Open();
        await using ServiceProvider third = host.NewProcess();
        await using OrchestrationRun again = await DurableHost.OrchestratorOf(third).AttachAsync(runId, TestEnd);
        await again.ContinueAsync(TestEnd).AsTask().InTimeAsync(resumed);

        Assert.Equal(RunOutcome.Succeeded, (await again.EndAsync()).Outcome);
        Assert.Equal(["first", "second"], _begun);
    }

    private static TaskPlan Plan => TaskPlan.Create(plan => plan.Add("second", "note", after: [plan.Add("first", "hold")]));

    private ServiceProvider Create(IAgentOrchestrationBuilder builder)
    {
        AddTaskTypes(builder);
        return builder.Services.BuildServiceProvider();
    }

    private void AddTaskTypes(IAgentOrchestrationBuilder builder)
    {
        builder.AddTaskType("note", "Notes that it has begun.", (None _, TaskContext context, CancellationToken _) => ValueTask.FromResult(Note(context)));
        builder.AddTaskType("hold", "Waits.", async (None _, TaskContext context, CancellationToken stop) =>
        {
            Note(context);
            await _checkpoint.PassAsync(stop);
            return 1;
        });
    }

    private int Note(TaskContext context)
    {
        lock (_begun)
        {
            _begun.Add(context.Subtask.Id);
            return _begun.Count;
        }
    }
}
