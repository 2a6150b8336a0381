using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Early;

/// <summary>What happens to early work while something else happens to its run.</summary>
public sealed class EarlyRaceTests
{
    private readonly Steps _steps = new();
    private readonly Checkpoint _first = new();
    private volatile bool _holds;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_durable_run_stays_whole_when_a_held_output_is_dropped_before_it_is_written()
    {
        var other = new Checkpoint();
        var answer = new Checkpoint();
        var secondRuns = new Checkpoint();
        secondRuns.Open();

        // Who completes it has reported the output when that returns.
        var second = new TaskCompletionSource();
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        _steps.Code["other"] = (_, stop) => other.PassAsync(stop);
        _steps.Code["second"] = async (_, _) =>
        {
            await secondRuns.PassAsync(CancellationToken.None);
            await second.Task;
        };
        var host = new DurableHost(_steps.Add, options => (options.Runs.Extra, options.Runs.Timeout) = (new ExtraWork { EarlyShare = 1 }, TimeSpan.FromSeconds(20)));
        using var store = new HoldingStore(host.Store, _ => _holds ? answer.PassAsync(TestEnd) : Task.CompletedTask);
        await using ServiceProvider process = host.NewProcess(store);
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
            TaskPlan.Create(plan =>
            {
                Steps.Add(plan, "other", "read");
                Steps.Add(plan, "second", "read", after: [Steps.Add(plan, "first", "read")]);
            }),
            TestEnd);
        await other.Reached;
        await _first.Reached;
        await secondRuns.Reached;

        // The writer is busy, and the time of the run is up when the early output comes.
        _holds = true;
        other.Open();
        await store.Held.InTimeAsync(run);
        host.Clock.Advance(TimeSpan.FromSeconds(21));
        await Task.Run(second.SetResult, TestEnd);
        answer.Open();

        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.TimedOut, SubtaskState.Cancelled), (result.Outcome, result["second"].State));
    }

    [Fact]
    public async Task When_a_result_is_known_another_candidate_is_looked_at()
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        await using Engine engine = _steps.Engine(share: 0.1, also: builder => builder.UseResultCache());
        await engine.RunAsync(plan => Steps.Add(plan, "known", "pure"));
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef first = Steps.Add(plan, "first", "read");
            Steps.Add(plan, "known", "pure", after: [first]);
            Steps.Add(plan, "unknown", "pure", after: [first]);
        });

        OutputHeld held = await Engine.SeeAsync<OutputHeld>(run);

        Assert.Equal("unknown", held.SubtaskId);
        _first.Open();
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task What_was_read_early_is_read_again_when_a_change_is_added_before_it()
    {
        _steps.Code["adds"] = async (context, stop) =>
        {
            await _first.PassAsync(stop);
            context.AddSubtasks(plan => Steps.Add(plan, "change", "write"));
        };
        await using Engine engine = _steps.Engine();
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef adds = Steps.Add(plan, "adds", "pure");
            SubtaskRef between = Steps.Add(plan, "between", "pure", after: [adds], options: new() { WaitsForAdded = true });
            Steps.Add(plan, "reads", "read", after: [between]);
        });
        await Engine.SeeAsync<OutputHeld>(run, held => held.SubtaskId == "reads");
        _first.Open();

        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        string[] executed = [.. _steps.Executed];
        Assert.True(Array.LastIndexOf(executed, "reads") > Array.IndexOf(executed, "adds/change"), string.Join(' ', executed));
    }

    [Fact]
    public async Task Work_in_the_pause_before_its_next_attempt_keeps_its_worker()
    {
        int attempts = 0;
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        _steps.Code["fails"] = (_, _) => Interlocked.Increment(ref attempts) == 1 ? Task.FromException(new InvalidDataException("Not yet.")) : Task.CompletedTask;
        await using Engine engine = _steps.Engine(
            options: options => options.Runs.MaxParallelism = 2,
            also: builder => builder.ConfigureTaskType("read", type => (type.Retry.MaxAttempts, type.Retry.Delay) = (2, TimeSpan.FromSeconds(10))));
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef first = Steps.Add(plan, "first", "read");
            Steps.Add(plan, "fails", "read");
            Steps.Add(plan, "later", "read", after: [first]);
        });
        await Engine.SeeAsync<AttemptStarted>(run, started => started.SubtaskId == "first");
        await Engine.SeeAsync<AttemptFailed>(run);
        engine.Clock.Advance(TimeSpan.FromMinutes(5));
        await Engine.SeeAsync<SubtaskSucceeded>(run, succeeded => succeeded.SubtaskId == "fails");
        _first.Open();
        await run.EndAsync();

        AttemptStarted[] started = [.. (await Engine.EventsAsync(run)).OfType<AttemptStarted>()];
        Assert.Equal("later", started[^1].SubtaskId);
        Assert.Equal(4, started.Length);
    }
}
