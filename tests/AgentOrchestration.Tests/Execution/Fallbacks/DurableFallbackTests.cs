using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Fallbacks;

/// <summary>Fallbacks of runs that another process continues.</summary>
public sealed class DurableFallbackTests
{
    private int _fallback = 1;
    private int _seen;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    private static TaskPlan Plan { get; } = TaskPlan.Create(plan => plan.Add("after", "take", plan.Add("only", "broken").Output()));

    [Fact]
    public async Task A_resumed_run_has_the_value_that_was_taken_and_not_that_of_today()
    {
        DurableHost host = Create();
        string runId = await RunAsync(host);
        int taken = Array.FindIndex(await host.JournalAsync(runId), line => line.Contains("subtask-fell-back", StringComparison.Ordinal));
        MemoryRunStore cut = await host.CutAsync(runId, taken + 1);
        (_fallback, _seen) = (2, 0);

        await using ServiceProvider process = host.NewProcess(cut);
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((OutputOrigin.Fallback, 1, "Broken."), (result["only"].Origin, result.GetOutput<Rate>("only").Value, result["only"].Error!.Message));
        Assert.Equal((1, 2), (_seen, result["only"].Attempts));
    }

    [Fact]
    public async Task A_crash_before_the_last_attempt_has_ended_takes_none_of_the_attempts_away()
    {
        DurableHost host = Create();
        string runId = await RunAsync(host);
        string[] journal = await host.JournalAsync(runId);
        int failed = Array.FindIndex(journal, line => line.Contains("attempt-failed", StringComparison.Ordinal));
        MemoryRunStore cut = await host.CutAsync(runId, failed + 1);

        await using ServiceProvider process = host.NewProcess(cut);
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((OutputOrigin.Fallback, 2), (result["only"].Origin, result["only"].Attempts));
    }

    [Fact]
    public async Task What_a_process_that_died_had_no_time_left_for_takes_it_when_the_run_is_resumed()
    {
        DurableHost host = Create(type => type.TotalTimeout = TimeSpan.FromSeconds(30));
        string runId = await RunAsync(host);
        int started = Array.FindIndex(await host.JournalAsync(runId), line => line.Contains("attempt-started", StringComparison.Ordinal));
        MemoryRunStore cut = await host.CutAsync(runId, started + 1);
        host.ProcessDies();

        await using ServiceProvider process = host.NewProcess(cut);
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((OutputOrigin.Fallback, nameof(TimeoutException), 1), (result["only"].Origin, result["only"].Error!.Kind, result["only"].Attempts));
    }

    [Fact]
    public async Task A_reader_of_the_journal_sees_the_value_and_the_error()
    {
        DurableHost host = Create();
        string runId = await RunAsync(host);

        List<RunEvent> events = [];
        await foreach (RunEvent next in host.Store.ReadEventsAsync(runId, TestEnd))
        {
            events.Add(next);
        }

        SubtaskSucceeded taken = Assert.Single(events.OfType<SubtaskSucceeded>(), next => next.Origin == OutputOrigin.Fallback);
        Assert.Equal(("Broken.", 2), (taken.Error!.Message, taken.Attempt));
        Assert.Equal("""{"value":1}""", taken.Output!.ToString());
    }

    private static async Task<string> RunAsync(DurableHost host)
    {
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(Plan, TestEnd);
        RunResult result = await run.EndAsync();
        Assert.Equal((RunOutcome.Succeeded, OutputOrigin.Fallback), (result.Outcome, result["only"].Origin));
        return run.RunId;
    }

    private DurableHost Create(Action<TaskTypeOptions>? configure = null) => new(builder => builder
        .AddTaskType<None, Rate>("broken", "Fails.", (_, _, _) => throw new InvalidDataException("Broken."), type =>
        {
            type.Fallback = FallbackValue.Of(new Rate(_fallback));
            type.Retry.MaxAttempts = 2;
            type.Retry.Delay = TimeSpan.Zero;
            configure?.Invoke(type);
        })
        .AddTaskType<Rate, int>("take", "Takes it.", (rate, _, _) => ValueTask.FromResult(_seen = rate.Value)));

    private sealed record Rate(int Value);
}
