using System.Diagnostics.Metrics;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using static AgentOrchestration.Tests.Execution.Early.EarlyPlans;

namespace AgentOrchestration.Tests.Execution.Early;

/// <summary>How much starts early, and what is left for what is needed.</summary>
public sealed class EarlyLimitTests
{
    private readonly Steps _steps = new();
    private readonly Checkpoint _first = new();
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_share_nothing_starts_early()
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        await using Engine engine = _steps.Engine(share: 0);
        await using OrchestrationRun run = await engine.StartAsync(Ordered);
        await _first.Reached;
        _first.Open();

        RunResult result = await run.EndAsync();

        Assert.Equal(["first", "second", "third"], _steps.Executed);
        Assert.DoesNotContain(await Engine.EventsAsync(run), next => next is AttemptStarted { IsEarly: true });
        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
    }

    [Fact]
    public async Task An_early_failure_is_none_and_the_work_is_done_when_it_is_its_turn()
    {
        int attempts = 0;
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        _steps.Code["second"] = (_, _) => Interlocked.Increment(ref attempts) == 1 ? Task.FromException(new InvalidDataException("Too early.")) : Task.CompletedTask;
        await using Engine engine = _steps.Engine(also: builder => builder.Services.AddMetrics().AddFakeLogging());
        using MetricCollector<long> failures = new(engine.Services.GetRequiredService<IMeterFactory>(), OrchestrationDiagnostics.MeterName, "agent_orchestration.attempt.failures");
        await using OrchestrationRun run = await engine.StartAsync(Ordered);
        OutputDropped dropped = await Engine.SeeAsync<OutputDropped>(run);
        Assert.Equal("Too early.", dropped.Error?.Message);
        Assert.Equal(SubtaskState.Pending, Of(run.GetSnapshot(), "second").State);
        _first.Open();

        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, 2), (result.Outcome, result["second"].Attempts));
        Assert.Null(result["second"].Error);
        Assert.Equal((400, 100), (result.Savings.Spent.InputTokens, Assert.Single(result.Savings.Extra).Usage.InputTokens));
        await run.DisposeAsync();
        Assert.Equal(1L, Assert.Single(failures.GetMeasurementSnapshot()).Value);
        Assert.Single(
            engine.Services.GetFakeLogCollector().GetSnapshot(),
            line => line.Message == $"Run {run.RunId}: attempt 1 of second, which started early, failed; the work is done when it is its turn: Too early.");
    }

    [Fact]
    public async Task An_early_attempt_is_none_of_those_that_a_subtask_may_have()
    {
        int attempts = 0;
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        _steps.Code["second"] = (_, _) => Interlocked.Increment(ref attempts) < 3 ? Task.FromException(new InvalidDataException("Not yet.")) : Task.CompletedTask;
        await using Engine engine = _steps.Engine(also: builder => builder.ConfigureTaskType("read", type => (type.Retry.MaxAttempts, type.Retry.Delay) = (2, TimeSpan.Zero)));
        await using OrchestrationRun run = await engine.StartAsync(Ordered);
        await Engine.SeeAsync<OutputDropped>(run);
        _first.Open();

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task Early_attempts_that_have_not_come_to_use_are_no_more_than_their_share()
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        await using Engine engine = _steps.Engine(share: 0.1, options => options.Runs.MaxParallelism = 20);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef first = Steps.Add(plan, "first", "read");
            for (int i = 0; i < 9; i++)
            {
                Steps.Add(plan, $"later{i}", "read", after: [first]);
            }
        });
        await Engine.SeeAsync<OutputHeld>(run);
        await _first.Reached;

        Assert.Equal(2, run.GetSnapshot().Subtasks.Count(subtask => subtask.Attempts > 0));
        _first.Open();
        await run.EndAsync();
        Assert.Single((await Engine.EventsAsync(run)).OfType<AttemptStarted>(), started => started.IsEarly);
    }

    [Fact]
    public async Task Workers_and_budgets_are_for_ready_work_first()
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        await using Engine narrow = _steps.Engine(options: options => options.Runs.MaxParallelism = 1);
        await using OrchestrationRun run = await narrow.StartAsync(Ordered);
        await _first.Reached;
        _first.Open();
        await run.EndAsync();
        Assert.DoesNotContain(await Engine.EventsAsync(run), next => next is AttemptStarted { IsEarly: true });

        await using Engine poor = _steps.Engine(
            options: options => options.Runs.Budget = new RunBudget { MaxTokens = 350 },
            also: builder => builder.ConfigureTaskType("read", type => type.ExpectedUsage = new TaskUsage(150, 0, 0)));
        await using OrchestrationRun frugal = await poor.StartAsync(plan =>
        {
            SubtaskRef first = Steps.Add(plan, "first", "read");
            Steps.Add(plan, "a", "read", after: [first]);
            Steps.Add(plan, "b", "read", after: [first]);
        });
        RunResult result = await frugal.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, 300), (result.Outcome, result.Savings.Spent.InputTokens));
    }

    /// <summary>What comes to nothing would be lacking later.</summary>
    [Theory]
    [InlineData("none", true)]
    [InlineData("time", true)]
    [InlineData("attempts", false)]
    [InlineData("tokens", false)]
    [InlineData("cost", false)]
    [InlineData("consumable", false)]
    public async Task What_is_limited_is_left_for_what_is_needed(string limit, bool isEarly)
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        await using Engine engine = _steps.Engine(
            options: options => options.Runs.Budget = limit switch
            {
                "time" => new RunBudget { MaxTime = TimeSpan.FromDays(1) },
                "attempts" => new RunBudget { MaxAttempts = 100 },
                "tokens" => new RunBudget { MaxTokens = 10_000 },
                "cost" => new RunBudget { MaxCost = 100 },
                _ => null,
            },
            also: builder => builder.AddConsumableResource("searches", 100).AddResource("slots", 100));
        await using OrchestrationRun run = await engine.StartAsync(plan => Steps.Add(
            plan, "second", "read", after: [Steps.Add(plan, "first", "read")], options: new() { Resources = ResourceRequirements.Of(limit == "consumable" ? "searches" : "slots", 1) }));
        await _first.Reached;
        if (isEarly)
        {
            await Engine.SeeAsync<OutputHeld>(run);
        }

        _first.Open();

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(isEarly, (await Engine.EventsAsync(run)).OfType<AttemptStarted>().Any(start => start.IsEarly));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public async Task A_share_is_from_0_to_1(double share)
    {
        await using Engine engine = _steps.Engine(share: 0);

        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(() => engine.Orchestrator.StartAsync(
            TaskPlan.Create(Ordered), new RunOptions { Extra = new ExtraWork { EarlyShare = share } }, TestEnd));

        Assert.Contains("RunOptions.Extra: EarlyShare is ", refusal.Message, StringComparison.Ordinal);
    }
}
