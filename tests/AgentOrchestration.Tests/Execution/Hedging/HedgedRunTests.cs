using System.Diagnostics.Metrics;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.Results;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using static AgentOrchestration.Tests.Execution.Hedging.HedgedRuns;

namespace AgentOrchestration.Tests.Execution.Hedging;

/// <summary>Second attempts in the executor of production: stopping, streaming, storing, explaining, and what they cost.</summary>
public sealed class HedgedRunTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_code_of_the_one_that_is_not_needed_is_asked_to_stop_and_its_answer_is_not_used(bool isDurable)
    {
        var stopped = new TaskCompletionSource();
        await using Engine engine = EngineFor(
            async (context, stop) =>
            {
                if (context.Attempt == 1)
                {
                    // It answers all the same.
                    await using CancellationTokenRegistration _ = stop.Register(stopped.SetResult);
                    await stopped.Task.WaitAsync(Watchdog.LimitOfWork, CancellationToken.None);
                    return ["too late"];
                }

                await Task.Delay(Second, context.TimeProvider, stop);
                return ["in time"];
            },
            isDurable);
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("last", "take", after: [plan.Add("only", "work")]));

        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), Second);

        Assert.True(stopped.Task.IsCompleted);
        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(["in time"], Assert.IsType<string[]>(result["only"].Output));
        Assert.Equal((2, 1, true), (result["only"].Attempts, result["only"].AttemptIntervals[1].HedgeOf, result["only"].AttemptIntervals[0].EndedAt is not null));
        Assert.Equal([1], (await Engine.EventsAsync(run)).OfType<AttemptDropped>().Select(dropped => dropped.Attempt));
        if (isDurable)
        {
            await using OrchestrationRun again = await engine.Orchestrator.ResumeAsync(run.RunId, TestEnd);
            RunSnapshot stored = RunSnapshot.Fold(await Engine.EventsAsync(again));
            Assert.Equal(["in time"], Assert.IsType<string[]>(stored.Subtasks.Single(subtask => subtask.Subtask.Id == "only").Output));
        }
    }

    /// <summary>It says that its answer is not to be kept; the other, which comes later, does not say so.</summary>
    [Fact]
    public async Task The_cache_has_nothing_of_the_one_that_was_not_needed()
    {
        int calls = 0;
        var released = new TaskCompletionSource();
        await using Engine engine = EngineFor(
            async (context, stop) =>
            {
                switch (Interlocked.Increment(ref calls))
                {
                    case 1:
                        await released.Task;
                        return ["too late"];
                    case 2:
                        context.DoNotCache();
                        await Task.Delay(Second, context.TimeProvider, stop);
                        return ["in time"];
                    default:
                        return ["again"];
                }
            },
            configure: builder => builder.UseResultCache(),
            effect: TaskEffect.Pure);
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "work"));
        await engine.AdvanceUntilAsync(Engine.SeeAsync<SubtaskSucceeded>(run), Second / 2);
        released.SetResult();
        Assert.Equal(["in time"], Assert.IsType<string[]>((await run.EndAsync())["only"].Output));

        await using OrchestrationRun again = await engine.StartAsync(plan => plan.Add("only", "work"));

        Assert.Equal(["again"], Assert.IsType<string[]>((await again.EndAsync())["only"].Output));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_run_waits_as_long_as_one_of_both_runs(bool failsFirst)
    {
        int calls = 0;
        var stages = new Stages();
        await using Engine engine = EngineFor(
            async (context, _) =>
            {
                Interlocked.Increment(ref calls);
                stages.Pass($"{context.Attempt} works");
                await stages.At($"{context.Attempt} returns");
                return context.Attempt == 1 && failsFirst ? throw new InvalidDataException("Bad data.") : [$"output of {context.Attempt}"];
            },
            configure: builder => builder.UseResultCache(),
            effect: TaskEffect.Pure);
        await using OrchestrationRun owner = await StartBothAsync(engine);
        await using OrchestrationRun waiter = await engine.StartAsync(plan => plan.Add("only", "work"));
        await Engine.SeeAsync<FlightJoined>(waiter);
        await stages.At("2 works").InTimeAsync(owner);
        stages.Pass("1 returns");
        if (failsFirst)
        {
            await Engine.SeeAsync<AttemptDropped>(owner);
        }
        else
        {
            await Engine.SeeAsync<SubtaskSucceeded>(owner);
        }

        stages.Pass("2 returns");
        RunResult result = await waiter.EndAsync();

        Assert.Equal((OutputOrigin.Flight, 2), (result["only"].Origin, calls));
        Assert.Equal([failsFirst ? "output of 2" : "output of 1"], Assert.IsType<string[]>(result["only"].Output));
        Assert.Equal((await owner.EndAsync())["only"].Output, result["only"].Output);
    }

    [Fact]
    public async Task Both_are_explained_and_hold_what_they_need()
    {
        var both = new TaskCompletionSource();
        var released = new TaskCompletionSource();
        await using Engine engine = EngineFor(
            async (context, _) =>
            {
                if (context.Attempt == 2)
                {
                    both.SetResult();
                }

                await released.Task;
                return ["output"];
            },
            configure: builder => builder.AddResource("gpu", 2));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1) }));
        await engine.AdvanceUntilAsync(Done(both.Task), Second);

        WaitExplanation why = run.Explain("only");
        Assert.Equal((WaitKind.Running, 2, true), (why.Kind, why.Attempts, why.HedgedSince > why.Since));
        Assert.Contains("attempt 1", why.ToString(), StringComparison.Ordinal);
        Assert.Contains("beside it attempt 2 since", why.ToString(), StringComparison.Ordinal);
        await using OrchestrationRun other = await engine.StartAsync(plan => plan.Add("waits", "take", options: new() { Resources = ResourceRequirements.Of("gpu", 1) }));
        AwaitedPool pool = Assert.Single(other.Explain("waits").Pools);
        Assert.Equal((0L, 2L), (pool.Free, Assert.Single(pool.Holders).Amount));

        released.SetResult();
        Assert.Equal(RunOutcome.Succeeded, (await engine.AdvanceUntilAsync(run.EndAsync(), Second)).Outcome);
    }

    [Fact]
    public async Task The_code_of_the_one_that_is_not_needed_holds_what_it_needs_until_it_has_returned()
    {
        var stages = new Stages();
        await using Engine engine = EngineFor(
            async (context, _) =>
            {
                await stages.At($"{context.Attempt} returns");
                return ["output"];
            },
            configure: builder => builder.AddResource("gpu", 2));
        await using OrchestrationRun run = await StartBothAsync(engine, plan => plan.Add("only", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1) }));
        stages.Pass("2 returns");
        await Engine.SeeAsync<SubtaskSucceeded>(run);

        Assert.Equal([true, false], run.GetSnapshot().Subtasks[0].AttemptIntervals.Select(span => span.EndedAt is null));
        Assert.Equal((WaitKind.Ended, run.GetSnapshot().Subtasks[0].EndedAt), (run.Explain("only").Kind, run.Explain("only").Since));
        await using OrchestrationRun other = await engine.StartAsync(plan => plan.Add("waits", "take", options: new() { Resources = ResourceRequirements.Of("gpu", 2) }));
        AwaitedPool pool = Assert.Single(other.Explain("waits").Pools);
        PoolHolder holder = Assert.Single(pool.Holders);
        Assert.Equal((1L, "only", 1L, null), (pool.Free, holder.SubtaskId, holder.Amount, holder.Remaining));

        stages.Pass("1 returns");
        await run.EndAsync();
        Assert.All(run.GetSnapshot().Subtasks[0].AttemptIntervals, span => Assert.NotNull(span.EndedAt));
        Assert.Equal(RunOutcome.Succeeded, (await other.EndAsync()).Outcome);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task When_one_has_failed_the_other_is_shown_and_its_failure_is_logged_and_counted(int failing)
    {
        int left = 3 - failing;
        var stages = new Stages();
        await using Engine engine = EngineFor(
            async (context, _) =>
            {
                await stages.At($"{context.Attempt} tells");
                context.ReportProgress(context.Attempt == failing ? 0.1 : 0.7);
                stages.Pass($"{context.Attempt} has told");
                await stages.At($"{context.Attempt} goes on");
                return context.Attempt == failing ? throw new InvalidDataException("Bad data.") : ["output"];
            },
            services: services => services.AddMetrics().AddFakeLogging());
        using MetricCollector<long> failures = new(engine.Services.GetRequiredService<IMeterFactory>(), OrchestrationDiagnostics.MeterName, "agent_orchestration.attempt.failures");
        await using OrchestrationRun run = await StartBothAsync(engine);
        await stages.GoAsync($"{failing} tells", until: $"{failing} has told");
        Assert.Equal(0.1, run.GetSnapshot().Subtasks[0].Progress);
        stages.Pass($"{failing} goes on");
        await Engine.SeeAsync<AttemptDropped>(run);

        WaitExplanation why = run.Explain("only");
        Assert.Equal((left, 2, null), (why.Attempt, why.Attempts, why.HedgedSince));
        Assert.Equal(run.GetSnapshot().Subtasks[0].AttemptIntervals[left - 1].StartedAt, why.Since);
        Assert.Contains($", attempt {left}", why.ToString(), StringComparison.Ordinal);
        double? before = run.GetSnapshot().Subtasks[0].Progress;
        await stages.GoAsync($"{left} tells", until: $"{left} has told");
        double? after = run.GetSnapshot().Subtasks[0].Progress;
        stages.Pass($"{left} goes on");
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Null(before);
        Assert.Equal(0.7, after);
        Assert.Null(run.Explain("only").Attempt);
        await run.DisposeAsync();
        Assert.Equal([(1L, "work")], failures.GetMeasurementSnapshot().Select(measured => (measured.Value, (string)measured.Tags["task_type"]!)));
        Assert.Single(
            engine.Services.GetFakeLogCollector().GetSnapshot(),
            line => line.Message == $"Run {run.RunId}: attempt {failing} of only failed beside another, which decides: Bad data.");
    }

    [Fact]
    public async Task Code_that_was_not_needed_and_does_not_stop_is_in_the_log()
    {
        var stages = new Stages();
        await using Engine engine = EngineFor(
            async (context, _) =>
            {
                await stages.At($"{context.Attempt} returns");
                return ["output"];
            },
            services: services => services.AddFakeLogging());
        await using OrchestrationRun run = await StartBothAsync(engine);
        stages.Pass("2 returns");
        await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromHours(6));

        Assert.Single(engine.Services.GetFakeLogCollector().GetSnapshot(), line => line.Message.Contains("subtask only ignored its cancellation", StringComparison.Ordinal));
        stages.Pass("1 returns");
    }

    /// <summary>With the second attempt and without it, to the last token.</summary>
    [Fact]
    public async Task What_the_one_has_used_that_was_not_needed_is_extra()
    {
        await using Engine engine = EngineFor(
            async (context, stop) =>
            {
                context.ReportUsage(CountedWork.UsageOf(context.Attempt));
                await Task.Delay((context.Attempt == 1 ? 60 : 1) * Second, context.TimeProvider, stop);
                return ["output"];
            },
            services: services => services.AddMetrics());
        var meters = engine.Services.GetRequiredService<IMeterFactory>();
        using MetricCollector<long> subtasks = new(meters, OrchestrationDiagnostics.MeterName, "agent_orchestration.extra.subtasks");
        using MetricCollector<long> tokens = new(meters, OrchestrationDiagnostics.MeterName, "agent_orchestration.extra.tokens");
        using MetricCollector<double> cost = new(meters, OrchestrationDiagnostics.MeterName, "agent_orchestration.extra.cost");
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "work"));

        RunSavings savings = (await engine.AdvanceUntilAsync(run.EndAsync(), Second)).Savings;

        SavingsItem extra = Assert.Single(savings.Extra);
        Assert.Equal((SavingsReason.Hedge, 1, 0), (extra.Reason, extra.Subtasks, extra.UnknownSubtasks));
        Assert.Equal(UsageTotal.Of(CountedWork.UsageOf(1)), extra.Usage);
        Assert.Equal(UsageTotal.Of(CountedWork.UsageOf(2)), savings.Spent.Plus(savings.Net));
        Assert.Equal(CountedWork.UsageOf(2), run.GetSnapshot().Subtasks[0].OutputUsage);

        // Its sinks have seen everything then.
        await run.DisposeAsync();
        Assert.Equal([(1L, "Hedge")], subtasks.GetMeasurementSnapshot().Select(measured => (measured.Value, (string)measured.Tags["reason"]!)));
        Assert.Equal([101L], tokens.GetMeasurementSnapshot().Select(measured => measured.Value));
        Assert.Equal([1.1], cost.GetMeasurementSnapshot().Select(measured => measured.Value));
    }

    /// <summary>It took the place of the retry.</summary>
    [Fact]
    public async Task A_second_attempt_beside_one_that_failed_is_not_extra()
    {
        await using Engine engine = EngineFor(async (context, stop) =>
        {
            context.ReportUsage(CountedWork.UsageOf(context.Attempt));
            await Task.Delay((context.Attempt == 1 ? 4 : 8) * Second, context.TimeProvider, stop);
            return context.Attempt == 1 ? throw new InvalidDataException("Bad data.") : ["output"];
        });
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "work"));

        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), Second / 2);

        Assert.Empty(result.Savings.Extra);
        Assert.Equal((2, 203L), (result["only"].Attempts, result.Savings.Spent.InputTokens + result.Savings.Spent.OutputTokens));
    }

    [Fact]
    public async Task A_run_that_another_process_continues_keeps_its_share_and_begins_both_anew()
    {
        var store = new MemoryRunStore(TimeProvider.System);
        var started = new TaskCompletionSource();
        string runId;
        await using (Engine first = EngineFor(
            async (context, stop) =>
            {
                if (context.Attempt == 2)
                {
                    started.SetResult();
                }

                await Task.Delay(Timeout.InfiniteTimeSpan, context.TimeProvider, stop);
                return ["never"];
            },
            configure: builder => builder.UseRunStore(store)))
        {
            OrchestrationRun left = await first.StartAsync(plan => plan.Add("only", "work"));
            runId = left.RunId;
            await first.AdvanceUntilAsync(Done(started.Task), Second);
            await left.DisposeAsync();
        }

        await using Engine second = EngineFor((_, _) => ValueTask.FromResult<string[]>(["output"]), configure: builder => builder.UseRunStore(store), share: 0);
        await using OrchestrationRun resumed = await second.Orchestrator.ResumeAsync(runId, TestEnd);
        RunResult result = await resumed.EndAsync();

        Assert.Equal(["output"], Assert.IsType<string[]>(result["only"].Output));
        Assert.Equal(
            ["AttemptStarted", "AttemptStarted", "AttemptDropped", "AttemptInterrupted", "AttemptStarted", "SubtaskSucceeded"],
            (await Engine.EventsAsync(resumed)).OfType<SubtaskEvent>().Select(next => next.GetType().Name));
    }

    [Fact]
    public async Task A_share_that_is_none_is_refused_by_its_name()
    {
        await using Engine engine = EngineFor((_, _) => ValueTask.FromResult<string[]>(["output"]));

        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(() => engine.Orchestrator.StartAsync(
            TaskPlan.Create(plan => plan.Add("only", "work")), new RunOptions { Extra = new ExtraWork { HedgeShare = 1.5 } }, TestEnd));

        Assert.Contains("RunOptions.Extra: HedgeShare is 1.5; it must be from 0 to 1.", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }
}
