using AgentOrchestration.Forecasting;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>Forecasts as an application asks for them.</summary>
public sealed class RunForecastTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bad_plan_is_refused_as_at_its_start()
    {
        await using var engine = Engine.For((_, _) => ValueTask.FromResult(1));
        var plan = TaskPlan.Create(plan =>
        {
            plan.Add("unknown", "nothing");
            plan.Add("negative", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(-1) });
            plan.Add("absurd", "work", options: new() { EstimatedDuration = TimeSpan.FromDays(367) });
        });

        InvalidPlanException forecasting = Assert.Throws<InvalidPlanException>(() => engine.Orchestrator.Forecast(plan));
        InvalidPlanException starting = await Assert.ThrowsAsync<InvalidPlanException>(() => engine.Orchestrator.StartAsync(plan, TestEnd));

        Assert.Equal(starting.Diagnostics, forecasting.Diagnostics);
        Assert.Equal(
            [PlanDiagnosticCode.UnknownTaskType, PlanDiagnosticCode.InvalidEstimate, PlanDiagnosticCode.InvalidEstimate], forecasting.Diagnostics.Select(diagnostic => diagnostic.Code));
    }

    [Fact]
    public async Task It_knows_the_options_the_pools_and_the_limits_of_a_run()
    {
        await using var engine = new Engine(
            builder => builder
                .AddResource("gpu", capacity: 2)
                .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
                .AddTaskType("limited", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1), options => options.MaxConcurrency = 1),
            options =>
            {
                options.Runs.MaxParallelism = 8;
                options.MaxParallelismTotal = 3;
            });

        Assert.Equal(TimeSpan.FromSeconds(2), Of(engine, 6, "work").Makespan);
        Assert.Equal(TimeSpan.FromSeconds(3), Of(engine, 6, "work", ResourceRequirements.Of("gpu", 1)).Makespan);
        Forecast limited = Of(engine, 6, "limited");
        Assert.Equal((TimeSpan.FromSeconds(6), 3L), (limited.Makespan, limited.Workers.Capacity));
        Assert.Equal("MaxConcurrency of limited", limited.Bottleneck.Pool);
        Assert.Equal(
            TimeSpan.FromSeconds(3), limited.WhatIf(new ForecastChange { Capacities = new Dictionary<string, long> { ["MaxConcurrency of limited"] = 2 } }).Makespan);
    }

    [Fact]
    public async Task What_other_runs_hold_does_not_count()
    {
        await using var engine = new Engine(builder => builder
            .AddResource("gpu", capacity: 2)
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)));
        IResourceManager resources = engine.Services.GetRequiredService<IResourceManager>();
        Assert.True(resources.TryAcquire(ResourceRequirements.Of("gpu", 2), out ResourceLease? lease));
        using ResourceLease held = lease;

        Assert.Equal(TimeSpan.FromSeconds(3), Of(engine, 6, "work", ResourceRequirements.Of("gpu", 1)).Makespan);
        Assert.Equal(2, resources.Snapshot().Single(pool => pool.Name == "gpu").InUse);
    }

    [Fact]
    public async Task A_pool_that_grows_again_does_so_in_the_forecast_as_in_the_run()
    {
        await using var engine = new Engine(builder => builder
            .AddResource("calls", capacity: 6, replenishEvery: TimeSpan.FromMinutes(1))
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)), options => options.Runs.MaxParallelism = 60);

        // Six at once, then one every ten seconds; timers count whole milliseconds.
        Forecast forecast = Of(engine, 60, "work", ResourceRequirements.Of("calls", 1));
        Assert.Equal(541, forecast.Makespan.TotalSeconds, 0.1);
        Assert.Equal((BottleneckKind.Pool, "calls"), (forecast.Bottleneck.Kind, forecast.Bottleneck.Pool));
        Assert.True(forecast.Pools[0].MeanUse > 0.8, $"{forecast.Pools[0].MeanUse}");
        Assert.Equal(271, forecast.WhatIf(new ForecastChange { Capacities = new Dictionary<string, long> { ["calls"] = 12 } }).Makespan.TotalSeconds, 30.0);

        // What was taken a moment ago is not there yet.
        IResourceManager resources = engine.Services.GetRequiredService<IResourceManager>();
        Assert.True(resources.TryAcquire(ResourceRequirements.Of("calls", 6), out ResourceLease? lease));
        using ResourceLease held = lease;
        Assert.Equal(601, Of(engine, 60, "work", ResourceRequirements.Of("calls", 1)).Makespan.TotalSeconds, 0.1);
    }

    [Fact]
    public async Task The_use_of_a_pool_that_is_soon_full_again_is_small()
    {
        await using var engine = new Engine(builder => builder
            .AddResource("calls", capacity: 10, replenishEvery: TimeSpan.FromSeconds(1))
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)));

        ForecastPool pool = Assert.Single(engine.Orchestrator.Forecast(TaskPlan.Create(plan =>
            plan.Add("only", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(100), Resources = ResourceRequirements.Of("calls", 10) }))).Pools);

        // All of it is taken, and all of it is back after one second of a hundred.
        Assert.Equal((1, 0.005), (pool.PeakUse, Math.Round(pool.MeanUse, 6)));
    }

    [Fact]
    public async Task What_is_used_up_stays_used_up_in_the_forecast()
    {
        await using var engine = new Engine(builder => builder
            .AddConsumableResource("credit", 10)
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)));
        IResourceManager resources = engine.Services.GetRequiredService<IResourceManager>();
        Assert.Equal(RunOutcome.Succeeded, Of(engine, 5, "work", ResourceRequirements.Of("credit", 2)).Outcome);
        Assert.True(resources.TryAcquire(ResourceRequirements.Of("credit", 3), out ResourceLease? lease));
        lease.Dispose();

        Forecast forecast = Of(engine, 5, "work", ResourceRequirements.Of("credit", 2));

        Assert.Equal((RunOutcome.Failed, 3), (forecast.Outcome, forecast.Subtasks.Count(row => row.State == SubtaskState.Succeeded)));
    }

    [Fact]
    public async Task What_a_run_has_taken_itself_counts_once_when_it_is_forecast_on_its_way()
    {
        var running = new Checkpoint();
        await using var engine = new Engine(builder => builder
            .AddConsumableResource("credit", 10)
            .AddTaskType("work", "Works.", async (None _, TaskContext _, CancellationToken stop) =>
            {
                await running.PassAsync(stop);
                return 1;
            }));
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef first = plan.Add("first", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(1), Resources = ResourceRequirements.Of("credit", 6) });
            plan.Add("second", "work", after: [first], options: new() { EstimatedDuration = TimeSpan.FromSeconds(1), Resources = ResourceRequirements.Of("credit", 4) });
        });
        await running.Reached;

        Forecast forecast = run.Forecast();

        Assert.Equal((RunOutcome.Succeeded, TimeSpan.FromSeconds(2)), (forecast.Outcome, forecast.Makespan));
        running.Open();
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task A_subtask_that_has_its_fallback_has_ended_and_has_not_failed()
    {
        var running = new Checkpoint();
        await using var engine = new Engine(builder => builder
            .AddTaskType<None, int>("broken", "Fails.", (_, _, _) => throw new InvalidDataException("Broken."))
            .AddTaskType<int, int>("work", "Works.", async (value, _, stop) =>
            {
                await running.PassAsync(stop);
                return value;
            }));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add(
            "work", "work", plan.Add("broken", "broken", options: new() { Fallback = FallbackValue.Of(1) }).Output(), options: new() { EstimatedDuration = TimeSpan.FromSeconds(20) }));
        await running.Reached;

        Forecast forecast = run.Forecast();

        Assert.Equal((RunOutcome.Succeeded, TimeSpan.FromSeconds(20)), (forecast.Outcome, forecast.Makespan));
        Assert.Equal(SubtaskState.Succeeded, forecast.Subtasks.Single(row => row.Id == "broken").State);
        running.Open();
        await run.EndAsync();
    }

    [Fact]
    public async Task More_of_a_pool_without_end_is_no_overflow()
    {
        await using var engine = new Engine(builder => builder
            .AddResource("endless", capacity: long.MaxValue)
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)));

        Assert.Equal(2, Of(engine, 2, "work", ResourceRequirements.Of("endless", 5)).WhatOneMoreBuys().Count);
    }

    [Fact]
    public async Task A_budget_that_does_not_suffice_is_forecast()
    {
        await using var engine = Engine.For((_, _) => ValueTask.FromResult(1), options: options => options.Runs.Budget = new RunBudget { MaxAttempts = 2, WhenExhausted = BudgetAction.Finish });

        Forecast forecast = Of(engine, 6, "work");

        Assert.Equal((RunOutcome.BudgetExhausted, 2), (forecast.Outcome, forecast.Subtasks.Count(row => row.State == SubtaskState.Succeeded)));
    }

    [Fact]
    public async Task What_runs_took_is_expected_of_the_next_and_only_success_counts()
    {
        Engine? engine = null;
        engine = Engine.For((context, _) =>
        {
            if (context.Subtask.Id == "fails")
            {
                throw new InvalidDataException();
            }

            engine!.Clock.Advance(TimeSpan.FromSeconds(30));
            return ValueTask.FromResult(1);
        });
        await using Engine closing = engine;
        var plan = TaskPlan.Create(plan =>
        {
            SubtaskRef first = plan.Add("first", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(10) });
            plan.Add("fails", "work", after: [first], options: new() { EstimatedDuration = TimeSpan.FromSeconds(10) });
        });
        Assert.Equal(TimeSpan.FromSeconds(20), engine.Orchestrator.Forecast(plan).Makespan);

        await using (OrchestrationRun run = await engine.Orchestrator.StartAsync(plan, TestEnd))
        {
            await run.EndAsync();
        }

        ObservedDuration observed = Assert.Single(engine.Services.GetRequiredService<IObservedDurations>().Snapshot());
        Assert.Equal(("work", 1L, 1L), (observed.TaskType, observed.Seconds.Count, observed.Ratio.Count));
        Assert.Equal((30, 3), (Math.Round(observed.Seconds.Median, 6), Math.Round(observed.Ratio.Median, 6)));
        Assert.Equal(60, engine.Orchestrator.Forecast(plan).Makespan.TotalSeconds, 3);
    }

    [Fact]
    public async Task A_list_of_unknown_length_has_one_item()
    {
        await using var engine = new Engine(builder => builder
            .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<IReadOnlyList<int>>([1, 2, 3]))
            .AddTaskType("each", "Works.", (int item, TaskContext _, CancellationToken _) => ValueTask.FromResult(item)));
        var plan = TaskPlan.Create(plan =>
        {
            SubtaskRef list = plan.Add("list", "list", options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) });
            plan.ForEach("all", list.Output(), "each", options: new() { EstimatedDuration = TimeSpan.FromSeconds(5) });
        });

        Forecast forecast = engine.Orchestrator.Forecast(plan);

        Assert.Equal(
            [("list", 0, 1), ("all", 1, 6), ("all/0", 1, 6)], forecast.Subtasks.Select(row => (row.Id, row.Start.TotalSeconds, row.End.TotalSeconds)));
        Assert.Equal(["list", "all/0"], forecast.CriticalChain);
    }

    private static Forecast Of(Engine engine, int count, string taskType, ResourceRequirements? resources = null) => engine.Orchestrator.Forecast(TaskPlan.Create(plan =>
    {
        for (int i = 0; i < count; i++)
        {
            plan.Add($"s{i}", taskType, options: new() { EstimatedDuration = TimeSpan.FromSeconds(1), Resources = resources });
        }
    }));
}
