using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Prices;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace AgentOrchestration.Tests.Results;

/// <summary>What a run spent, and what it need not spend because work was done before.</summary>
public sealed class RunSavingsTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_that_a_twin_has_done_is_avoided_at_what_the_twin_used()
    {
        await using Engine engine = CountedWork.Engine();

        RunSavings savings = (await engine.RunAsync(plan =>
        {
            plan.AddAsk("a", 7);
            plan.AddAsk("b", 7);
            plan.AddAsk("c", 8);
        })).Savings;

        Assert.Equal((2, 200, 15), (savings.Spent.Calls, savings.Spent.InputTokens, savings.Spent.OutputTokens));
        SavingsItem shared = Assert.Single(savings.Avoided);
        Assert.Equal((SavingsReason.Shared, 1, 0, 0), (shared.Reason, shared.Subtasks, shared.EstimatedSubtasks, shared.UnknownSubtasks));
        Assert.Equal(new UsageTotal { Calls = 1, InputTokens = 100, OutputTokens = 7, Cost = 1.7m, PricedCalls = 1 }, shared.Usage);
        Assert.Equal((shared.Usage, 1.0), (savings.Net, savings.Spent.PricedShare));
        Assert.Empty(savings.Extra);
    }

    [Fact]
    public async Task Work_whose_result_was_cached_is_avoided_at_what_is_kept_with_it()
    {
        await using Engine engine = CountedWork.Engine(also: builder => builder.UseResultCache());
        await engine.RunAsync(plan => plan.AddAsk("a", 7));

        RunResult second = await engine.RunAsync(plan => plan.AddAsk("other", 7));

        Assert.Equal((0, 0m), (second.Savings.Spent.Calls, second.Savings.Spent.Cost));
        Assert.Equal([(SavingsReason.Cached, 1, 107L, 1.7m)], second.Savings.Avoided.Select(ShortOf));
        Assert.Equal((CountedWork.UsageOf(7), OutputOrigin.Cached), (second["other"].OutputUsage, second["other"].Origin));
    }

    [Fact]
    public async Task Work_of_another_run_is_avoided_when_its_result_is_reused_also_a_second_time()
    {
        await using Engine engine = CountedWork.Engine();
        await using OrchestrationRun first = await engine.StartAsync(plan => plan.AddAsk("a", 7));
        await first.EndAsync();
        await using OrchestrationRun second = await engine.Orchestrator.StartFromAsync(first, cancellationToken: TestEnd);
        await second.EndAsync();

        await using OrchestrationRun third = await engine.Orchestrator.StartFromAsync(second, cancellationToken: TestEnd);

        Assert.Equal([(SavingsReason.Reused, 1, 107L, 1.7m)], (await third.EndAsync()).Savings.Avoided.Select(ShortOf));
    }

    [Fact]
    public async Task Only_the_attempt_that_made_the_output_is_avoided()
    {
        int attempts = 0;
        await using Engine engine = new(builder => builder.AddTaskType(
            "ask",
            "Fails once.",
            (None _, TaskContext context, CancellationToken _) =>
            {
                context.ReportUsage(new TaskUsage(10, 1, 0));
                return ++attempts == 1 ? throw new InvalidOperationException("Once.") : ValueTask.FromResult("done");
            },
            options => (options.Effect, options.Retry.MaxAttempts, options.Retry.Delay) = (TaskEffect.Pure, 2, TimeSpan.Zero)));

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("a", "ask");
            plan.Add("b", "ask");
        });

        Assert.Equal((20, 10), (result.Savings.Spent.InputTokens, Assert.Single(result.Savings.Avoided).Usage.InputTokens));
    }

    [Fact]
    public async Task What_was_done_before_an_interruption_is_resumed_and_counts_once_for_each()
    {
        bool isBlocked = true;
        var reached = new Checkpoint();
        var host = new DurableHost(builder => builder.AddCountedWork().AddTaskType("wait", "Waits.", async (TaskContext _, CancellationToken stop) =>
        {
            if (isBlocked)
            {
                await reached.PassAsync(stop);
            }
        }));
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("b", "wait", after: [plan.AddAsk("a", 7)])), TestEnd);
            runId = run.RunId;
            await reached.Reached;
        }

        host.ProcessDies();
        isBlocked = false;

        RunResult result = await host.ResumeToEndAsync(runId);

        Assert.Equal(107, result.Savings.Spent.InputTokens + result.Savings.Spent.OutputTokens);
        Assert.Equal([(SavingsReason.Resumed, 1, 107L, 1.7m)], result.Savings.Avoided.Select(ShortOf));
        RunSnapshot read = (await AgentOrchestration.Runs.Journal.RunStoreExtensions.ReadSnapshotAsync(host.Store, runId, TestEnd))!;
        Assert.Equal(1, read.Subtasks[0].SurvivedInterruptions);
    }

    [Fact]
    public void Work_of_which_nothing_is_recorded_is_estimated_by_the_mean_of_its_type_and_marked_or_unknown()
    {
        var result = new RunResult(new RunSnapshot("run", new TaskPlan { Subtasks = [] },
        [
            Made("a", "ask", OutputOrigin.Executed, new TaskUsage(10, 2, 1)),
            Made("b", "ask", OutputOrigin.Executed, new TaskUsage(20, 2, 2)),
            Made("c", "ask", OutputOrigin.Cached, null),
            Made("d", "ask", OutputOrigin.Cached, new TaskUsage(7, 0, 0)),
            Made("e", "other", OutputOrigin.Cached, null),
        ])
        { Outcome = RunOutcome.Succeeded });

        SavingsItem cached = Assert.Single(result.Savings.Avoided);

        Assert.Equal((3, 1, 1), (cached.Subtasks, cached.EstimatedSubtasks, cached.UnknownSubtasks));
        Assert.Equal((22, 15, 1.5m), (cached.Usage.InputTokens, cached.Estimated.InputTokens, cached.Estimated.Cost));
    }

    [Fact]
    public async Task Avoided_work_has_the_prices_of_now_and_none_where_none_is_known()
    {
        var server = new Optimization.FakeDistributedCache();
        await using Engine before = CountedWork.Engine(also: builder => builder.UseResultCache(), services: services => services.AddSingleton<Microsoft.Extensions.Caching.Distributed.IDistributedCache>(server));
        await before.RunAsync(plan => plan.AddAsk("a", 7));
        await using Engine dearer = CountedWork.Engine(
            also: builder => builder.UseResultCache().UsePrices(PriceTable.Of(new Dictionary<string, ModelPrice> { ["m"] = new(1, 10) })),
            services: services => services.AddSingleton<Microsoft.Extensions.Caching.Distributed.IDistributedCache>(server));

        RunResult result = await dearer.RunAsync(plan => plan.AddAsk("a", 7));

        Assert.Equal((170m, 1L), (result.Savings.Net.Cost, result.Savings.Net.PricedCalls));
        await using Engine unpriced = new(builder => builder.AddTaskType(
            "ask",
            "Asks.",
            (TaskContext context) =>
            {
                context.ReportUsage(TaskUsage.Of(new ModelUsage { Model = "unknown", InputTokens = 5 }));
                return 1;
            },
            options => options.Effect = TaskEffect.Pure));
        SavingsItem shared = Assert.Single((await unpriced.RunAsync(plan =>
        {
            plan.Add("a", "ask");
            plan.Add("b", "ask");
        })).Savings.Avoided);
        Assert.Equal((5, 0m, 0.0), (shared.Usage.InputTokens, shared.Usage.Cost, shared.Usage.PricedShare));
    }

    [Fact]
    public async Task The_makespan_is_played_again_with_each_subtask_doing_its_work()
    {
        using var begun = new SemaphoreSlim(0);
        await using Engine engine = CountedWork.Engine(also: builder => builder.UseResultCache().AddTaskType(
            "slow",
            "Takes seconds.",
            async (int seconds, TaskContext context, CancellationToken stop) =>
            {
                Task delay = Task.Delay(TimeSpan.FromSeconds(seconds), context.TimeProvider, stop);
                begun.Release();
                await delay;
                return seconds;
            },
            options => options.Effect = TaskEffect.Pure));
        Action<TaskPlanBuilder> plan = plan => plan.Add("last", "slow", JsonValue.Create(2), after: [plan.Add("first", "slow", JsonValue.Create(3))]);
        await using OrchestrationRun run = await engine.StartAsync(plan);
        await begun.WaitAsync(TestContext.Current.CancellationToken).InTimeAsync(run);
        engine.Clock.Advance(TimeSpan.FromSeconds(3));
        await begun.WaitAsync(TestContext.Current.CancellationToken).InTimeAsync(run);
        engine.Clock.Advance(TimeSpan.FromSeconds(2));
        RunResult first = await run.EndAsync();

        RunResult second = await engine.RunAsync(plan);

        Assert.Null(first.Savings.ModelledMakespanWithout);
        Assert.Equal((TimeSpan.Zero, first.Savings.Makespan), (second.Savings.Makespan, second.Savings.ModelledMakespanWithout));
        Assert.Equal(TimeSpan.FromSeconds(5), first.Savings.Makespan);
    }

    [Fact]
    public async Task Savings_are_in_the_JSON_of_a_result_and_planning_is_in_them()
    {
        await using Engine engine = CountedWork.Engine();
        RunResult result = await engine.RunAsync(plan =>
        {
            plan.AddAsk("a", 7);
            plan.AddAsk("b", 7);
        });

        JsonNode json = JsonSerializer.SerializeToNode(result, JsonSerializerOptions.Web)!["savings"]!;

        Assert.Equal((1, "Shared", 1, 107L), ((int)json["spent"]!["calls"]!, (string?)json["avoided"]![0]!["reason"], (int)json["avoided"]![0]!["subtasks"]!, (long)json["net"]!["inputTokens"]! + (long)json["net"]!["outputTokens"]!));
        var planned = new RunResult(result.Run with { Plan = result.Plan with { Planning = new() { InputTokens = 5, OutputTokens = 1, Cost = 2, Models = [new ModelUsage { Model = "p", InputTokens = 5 }] } } });
        Assert.Equal((1L, 5L, 2m), (planned.Savings.Planning.Calls, planned.Savings.Planning.InputTokens, planned.Savings.Planning.Cost));
    }

    [Fact]
    public async Task Avoided_work_is_measured_by_reason()
    {
        await using Engine engine = CountedWork.Engine(also: builder => builder.UseResultCache(), services: services => services.AddMetrics());
        using MetricCollector<long> subtasks = Collect<long>(engine, "agent_orchestration.avoided.subtasks");
        using MetricCollector<long> tokens = Collect<long>(engine, "agent_orchestration.avoided.tokens");
        using MetricCollector<double> cost = Collect<double>(engine, "agent_orchestration.avoided.cost");
        await engine.RunAsync(plan => plan.AddAsk("a", 7));

        await engine.RunAsync(plan => plan.AddAsk("a", 7));

        Assert.Equal([(1L, "Cached")], subtasks.GetMeasurementSnapshot().Select(measured => (measured.Value, (string)measured.Tags["reason"]!)));
        Assert.Equal([(107L, "Cached", false)], tokens.GetMeasurementSnapshot().Select(measured => (measured.Value, (string)measured.Tags["reason"]!, (bool)measured.Tags["estimated"]!)));
        Assert.Equal([(1.7, "Cached")], cost.GetMeasurementSnapshot().Select(measured => (measured.Value, (string)measured.Tags["reason"]!)));
    }

    [Fact]
    public async Task An_output_that_was_there_reports_what_making_it_used_before_it_succeeds()
    {
        await using Engine engine = CountedWork.Engine(also: builder => builder.UseResultCache());
        await engine.RunAsync(plan => plan.AddAsk("a", 7));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.AddAsk("a", 7));

        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);

        Assert.Equal(["RunStarted", "WorkAvoided", "SubtaskSucceeded", "RunEnded"], events.Select(next => next.GetType().Name));
        Assert.Equal(CountedWork.UsageOf(7), Assert.IsType<WorkAvoided>(events[1]).Usage);
    }

    private static (SavingsReason, int, long, decimal) ShortOf(SavingsItem item) => (item.Reason, item.Subtasks, item.Usage.InputTokens + item.Usage.OutputTokens, item.Usage.Cost);

    private static SubtaskSnapshot Made(string id, string taskType, OutputOrigin origin, TaskUsage? usage) => new(new Subtask { Id = id, TaskType = taskType }, SubtaskState.Succeeded)
    {
        Origin = origin,
        OutputUsage = usage,
        Usage = origin == OutputOrigin.Executed ? usage! : TaskUsage.None,
    };

    private static MetricCollector<T> Collect<T>(Engine engine, string instrument)
        where T : struct => new(engine.Services.GetRequiredService<IMeterFactory>(), OrchestrationDiagnostics.MeterName, instrument);
}
