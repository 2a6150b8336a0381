using System.Text.Json.Nodes;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Tasks.Deferring;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Forecasting;

/// <summary>What a forecast assumes because nothing is known, and what it can be told.</summary>
public sealed class ForecastAssumptionTests
{
    private static TaskPlan Plan => TaskPlan.Create(plan =>
    {
        SubtaskRef list = plan.Add("list", "list", options: new() { EstimatedDuration = TimeSpan.Zero });
        plan.ForEach("each", list.Output(), "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) });
    });

    [Fact]
    public async Task A_forecast_says_how_many_items_it_assumed()
    {
        await using Engine engine = Create();

        Forecast forecast = engine.Orchestrator.Forecast(Plan);

        ForecastAssumption assumption = Assert.Single(forecast.Assumptions);
        Assert.Equal((ForecastAssumptionKind.ItemCount, "each", 1, null), (assumption.Kind, assumption.SubtaskId, assumption.Items, assumption.Duration));
        Assert.EndsWith("assumed: 1 item of 'each'", forecast.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What changes something never waits, nor what has not the time, nor a run that is to be done at once.</summary>
    [Fact]
    public async Task A_forecast_says_that_it_knows_no_waits_for_a_batch_endpoint()
    {
        await using Engine engine = new(builder => builder
            .AddModelEndpoint("gpt")
            .AddModelEndpoint("other")
            .AddBatchEndpoint("gpt", _ => new MemoryBatches(new EchoModel(), TimeProvider.System))
            .AddTaskType("ask", "Asks.", (None _) => "done", options => (options.Effect, options.Endpoint) = (TaskEffect.Read, "gpt"))
            .AddTaskType("else", "Asks another.", (None _) => "done", options => (options.Effect, options.Endpoint) = (TaskEffect.Read, "other"))
            .AddTaskType("send", "Sends.", (None _) => "done", options => (options.Effect, options.Endpoint) = (TaskEffect.Write, "gpt")));
        SubtaskOptions second = new() { EstimatedDuration = TimeSpan.FromSeconds(1) };
        TaskPlan plan = TaskPlan.Create(builder =>
        {
            builder.Add("a", "ask", options: second);
            builder.Add("b", "send", options: second);
            builder.Add("c", "else", options: second);
            builder.Add("d", "ask", options: second with { Policy = new SubtaskPolicy { TotalTimeout = TimeSpan.FromHours(1) } });
            builder.AddPlan("e", TaskPlan.Create(inner => inner.Add("f", "ask", options: second)));
        });

        Forecast forecast = engine.Orchestrator.Forecast(plan, options: new RunOptions { DeferCallsWithin = TimeSpan.FromHours(24) });

        Assert.Equal([(ForecastAssumptionKind.AnsweredAtOnce, "a"), (ForecastAssumptionKind.AnsweredAtOnce, "e/f")], forecast.Assumptions.Select(assumption => (assumption.Kind, assumption.SubtaskId)));
        Assert.EndsWith("assumed: no wait of 'a' for a batch endpoint, no wait of 'e/f' for a batch endpoint", forecast.ToString(), StringComparison.Ordinal);
        Assert.Empty(engine.Orchestrator.Forecast(plan).Assumptions);
    }

    [Fact]
    public async Task A_forecast_takes_the_number_of_items_and_its_range_covers_it()
    {
        await using Engine engine = Create();
        const int Items = 300;

        Forecast forecast = engine.Orchestrator.Forecast(Plan, new Dictionary<string, int> { ["each"] = Items });

        // 300 seconds of work for 4 workers.
        Assert.Equal(TimeSpan.FromSeconds(75), forecast.Makespan);
        Assert.Empty(forecast.Assumptions);
        Assert.Equal(Items, forecast.Subtasks.Count(subtask => subtask.Id.StartsWith("each/", StringComparison.Ordinal)));
        ForecastRange range = forecast.Simulate(runs: 50);
        Assert.InRange(forecast.Makespan, range.Low, range.High);

        // Also the number is only expected: with two thirds of it, or half as many again, the run is still within the range.
        Assert.True(range.Low < TimeSpan.FromSeconds(50) && range.High > TimeSpan.FromSeconds(112), range.ToString());
    }

    [Fact]
    public async Task Other_numbers_of_items_are_asked_for_as_a_change()
    {
        await using Engine engine = Create();
        Forecast forecast = engine.Orchestrator.Forecast(Plan);

        Assert.Equal(TimeSpan.FromSeconds(25), forecast.WhatIf(new ForecastChange { ExpectedItems = new Dictionary<string, int> { ["each"] = 100 } }).Makespan);
        Assert.Equal(TimeSpan.Zero, forecast.WhatIf(new ForecastChange { ExpectedItems = new Dictionary<string, int> { ["each"] = 0 } }).Makespan);
    }

    [Fact]
    public async Task A_list_that_the_plan_gives_is_known()
    {
        await using Engine engine = Create();

        Forecast forecast = engine.Orchestrator.Forecast(TaskPlan.Create(plan =>
            plan.ForEach("each", new JsonArray([.. Enumerable.Range(0, 8).Select(number => (JsonNode)number)]), "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) })));

        Assert.Equal(TimeSpan.FromSeconds(2), forecast.Makespan);
        Assert.Empty(forecast.Assumptions);
    }

    [Fact]
    public async Task Missing_estimates_are_assumptions_with_what_was_taken_in_their_place()
    {
        await using Engine engine = Create();

        Forecast forecast = engine.Orchestrator.Forecast(TaskPlan.Create(plan =>
        {
            plan.Add("short", "work", input: 1, options: new() { EstimatedDuration = TimeSpan.FromSeconds(2) });
            plan.Add("long", "work", input: 1, options: new() { EstimatedDuration = TimeSpan.FromSeconds(4) });
            plan.AddPlan("outer", TaskPlan.Create(inner =>
            {
                inner.Add("unknown", "work", input: 1);
                inner.ForEach("each", inner.Add("list", "list", options: new() { EstimatedDuration = TimeSpan.FromSeconds(3) }).Output(), "work");
            }));
        }));

        Assert.Equal(
            ["00:00:03 for 'outer/unknown'", "1 item of 'outer/each'", "00:00:03 for 'outer/each'"],
            forecast.Assumptions.Select(assumption => assumption.ToString()));
        Assert.Equal(TimeSpan.FromSeconds(3), forecast.Assumptions[0].Duration);
    }

    [Fact]
    public async Task Numbers_for_lists_that_are_not_there_and_impossible_numbers_are_refused()
    {
        await using Engine engine = Create(options => options.Runs.MaxAddedSubtasks = 1000);

        foreach ((string id, int items) in (ReadOnlySpan<(string, int)>)[("list", 3), ("nobody", 3), ("each", -1), ("each", 1001)])
        {
            var expected = new Dictionary<string, int> { [id] = items };
            ArgumentException refused = Assert.Throws<ArgumentException>(() => engine.Orchestrator.Forecast(Plan, expected));
            Assert.Contains($"'{id}'", refused.Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => engine.Orchestrator.Forecast(Plan).WhatIf(new ForecastChange { ExpectedItems = expected }));
        }
    }

    [Fact]
    public async Task A_run_that_goes_on_takes_the_number_of_items_as_long_as_the_list_is_not_made()
    {
        var listing = new Checkpoint();
        var working = new Checkpoint();
        await using Engine engine = Create(list: listing, work: working);
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.ForEach("each", plan.Add("list", "list").Output(), "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) }));
        await listing.Reached;
        var expected = new Dictionary<string, int> { ["each"] = 40 };

        Assert.Equal(40, Items(run.Forecast(expected)));
        Assert.Contains(run.Forecast().Assumptions, assumption => assumption.Items == 1);

        listing.Open();
        await working.Reached;
        Assert.Equal(2, Items(run.Forecast(expected)));
        Assert.Empty(run.Forecast().Assumptions);

        working.Open();
        await run.EndAsync();

        static int Items(Forecast forecast) => forecast.Subtasks.Count(subtask => subtask.Id.StartsWith("each/", StringComparison.Ordinal));
    }

    private static Engine Create(Action<AgentOrchestrationOptions>? options = null, Checkpoint? list = null, Checkpoint? work = null) => new(
        builder => builder
            .AddTaskType("list", "Lists.", async (None _, TaskContext _, CancellationToken stop) =>
            {
                await (list?.PassAsync(stop) ?? Task.CompletedTask);
                return new int[] { 1, 2 };
            })
            .AddTaskType("work", "Works.", async (int number, TaskContext _, CancellationToken stop) =>
            {
                await (work?.PassAsync(stop) ?? Task.CompletedTask);
                return number;
            }),
        set =>
        {
            set.Runs.MaxParallelism = 4;
            options?.Invoke(set);
        });
}
