using System.Diagnostics.Metrics;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Results;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Results;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace AgentOrchestration.Tests.Execution.Hedging;

/// <summary>Second attempts in the executor of production: stopping, streaming, storing, explaining, and what they cost.</summary>
public sealed class HedgedRunTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

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
                    await stopped.Task;
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

    [Fact]
    public async Task The_text_and_the_progress_of_one_of_two_attempts_are_shown()
    {
        await using Engine engine = EngineFor(async (context, stop) =>
        {
            await Task.Delay((context.Attempt == 1 ? 5 : 1) * Second, context.TimeProvider, stop);
            context.StreamText($"text of {context.Attempt}");
            context.ReportProgress(context.Attempt / 10.0);
            await Task.Delay(10 * Second, context.TimeProvider, stop);
            return ["output"];
        });
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "work"));
        Task<IReadOnlyList<RunEvent>> events = Engine.EventsAsync(run);

        await engine.AdvanceUntilAsync(run.EndAsync(), Second / 2);

        Assert.Equal(["text of 2"], (await events).OfType<TextStreamed>().Select(text => text.Text));
        Assert.Equal([0.2], (await events).OfType<ProgressReported>().Select(progress => progress.Fraction));
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

    private static Engine EngineFor(
        Func<TaskContext, CancellationToken, ValueTask<string[]>> work,
        bool isDurable = false,
        Action<IAgentOrchestrationBuilder>? configure = null,
        Action<IServiceCollection>? services = null,
        double share = 1)
    {
        var engine = new Engine(
            builder =>
            {
                builder.AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken stop) => work(context, stop), options => options.Effect = TaskEffect.Read);
                builder.AddTaskType("take", "Takes.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("taken"));
                if (isDurable)
                {
                    builder.UseRunStore(new MemoryRunStore(TimeProvider.System));
                }

                configure?.Invoke(builder);
            },
            options =>
            {
                options.Runs.Extra = new ExtraWork { HedgeShare = share };

                // The clock of the tests does not wait for code that stops.
                options.Runs.CancellationGracePeriod = TimeSpan.FromDays(1);
            },
            services);
        var observed = engine.Services.GetRequiredService<IObservedDurations>();
        for (int i = 0; i < 10; i++)
        {
            observed.Observe(new Subtask { Id = "before", TaskType = "work" }, Second);
        }

        return engine;
    }
}
