using AgentOrchestration.Forecasting;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>What is forecast against what then runs, with handlers that take exactly as long as their plan says.</summary>
public sealed class ForecastTests
{
    [Fact]
    public void With_exact_estimates_the_forecast_is_the_run_to_the_tick() =>
        Gen.Int[0, int.MaxValue].Sample(seed => ForecastIsRun(RandomPlan(new Random(seed)), seed), iter: 300);

    [Fact]
    public void Parts_of_a_plan_within_the_plan_are_forecast_as_they_run()
    {
        var inner = TaskPlan.Create(plan =>
        {
            SubtaskRef first = plan.Add("first", "limited", options: new() { EstimatedDuration = Milliseconds(300) });
            plan.Add("second", "limited", options: new() { EstimatedDuration = Milliseconds(210) });
            plan.Add("third", "limited", options: new() { EstimatedDuration = Milliseconds(470) });
            plan.Add("last", "work", after: [first], options: new() { EstimatedDuration = Milliseconds(50) });
        });
        var plan = TaskPlan.Create(plan =>
        {
            SubtaskRef start = plan.Add("start", "work", options: new() { EstimatedDuration = Milliseconds(100) });
            SubtaskRef parts = plan.AddPlan("parts", inner, after: [start]);
            plan.Add("other", "work", options: new() { EstimatedDuration = Milliseconds(333) });
            plan.Add("end", "work", after: [parts], options: new() { EstimatedDuration = Milliseconds(7) });
        });

        Forecast forecast = ForecastIsRun(plan, seed: 1);

        // Two of the limited at a time: 100 + (300 beside 470, then 210) + 7.
        Assert.Equal(Milliseconds(100 + 300 + 210 + 7), forecast.Makespan);
        Assert.Equal(["start", "parts/first", "parts/second", "end"], forecast.CriticalChain);
        Assert.Equal("MaxConcurrency of limited", forecast.Bottleneck.ToString());
    }

    [Fact]
    public void In_the_middle_of_a_run_the_forecast_is_what_follows_to_the_tick() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                var random = new Random(seed);
                TaskPlan plan = RandomPlan(random);
                TimeSpan moment = Milliseconds(random.Next(1, 200_000_000));
                Forecast? forecast = null;
                using SimulatedRun run = Simulation(seed).Run(plan, seed, script => script.At(moment, run =>
                {
                    forecast = run.Forecast();
                    return ValueTask.CompletedTask;
                }));
                if (forecast is not null)
                {
                    RunSnapshot actual = run.Result.Run;
                    Assert.Equal((moment, run.Elapsed, run.Elapsed - moment), (forecast.Elapsed, forecast.Makespan, forecast.Remaining));
                    Assert.Equal(
                        actual.Subtasks.Select(subtask => (subtask.Subtask.Id, subtask.StartedAt - actual.StartedAt, subtask.EndedAt - actual.StartedAt)),
                        forecast.Subtasks.Select(row => (row.Id, (TimeSpan?)row.Start, (TimeSpan?)row.End)));
                    Assert.True(forecast.Simulate(runs: 5).Low >= moment);
                }
            },
            iter: 300);

    [Fact]
    public void In_the_middle_of_a_plan_within_the_plan_its_parts_go_on()
    {
        var inner = TaskPlan.Create(plan =>
        {
            SubtaskRef first = plan.Add("first", "work", options: new() { EstimatedDuration = Milliseconds(300) });
            plan.Add("second", "work", after: [first], options: new() { EstimatedDuration = Milliseconds(200) });
        });
        var plan = TaskPlan.Create(plan => plan.Add("end", "work", after: [plan.AddPlan("parts", inner)], options: new() { EstimatedDuration = Milliseconds(100) }));
        List<Forecast> forecasts = [];
        using SimulatedRun run = Simulation(seed: 2).Run(plan, seed: 2, script => Array.ForEach([100, 400, 550], moment => script.At(Milliseconds(moment), run =>
        {
            forecasts.Add(run.Forecast());
            return ValueTask.CompletedTask;
        })));

        Assert.Equal([(100, 500), (400, 200), (550, 50)], forecasts.Select(forecast => (forecast.Elapsed.TotalMilliseconds, forecast.Remaining.TotalMilliseconds)));
        Assert.All(forecasts, forecast => Assert.Equal(
            [("end", 500, 600), ("parts", 0, 500), ("parts/first", 0, 300), ("parts/second", 300, 500)],
            forecast.Subtasks.Select(row => (row.Id, row.Start.TotalMilliseconds, row.End.TotalMilliseconds)).Order()));
        Assert.Equal(["end"], forecasts[2].CriticalChain);
    }

    [Fact]
    public void What_took_longer_than_estimated_corrects_what_is_still_to_come()
    {
        var plan = TaskPlan.Create(plan => plan.Add("second", "slow", after: [plan.Add("first", "slow", options: new() { EstimatedDuration = Milliseconds(100) })], options: new() { EstimatedDuration = Milliseconds(50) }));
        Dictionary<int, double> remaining = [];
        RunSimulation simulation = new(services => services.AddAgentOrchestration().AddTaskType(
            "slow",
            "Works.",
            async (None _, TaskContext context, CancellationToken stop) =>
            {
                await Task.Delay(2 * context.Subtask.EstimatedDuration!.Value, context.TimeProvider, stop);
                return None.Value;
            }));
        using SimulatedRun run = simulation.Run(plan, seed: 3, script => Array.ForEach([40, 150, 220, 299], moment => script.At(Milliseconds(moment), run =>
        {
            remaining[moment] = Math.Round(run.Forecast().Remaining.TotalMilliseconds, 3);
            return ValueTask.CompletedTask;
        })));

        // At 150 the first should have ended; at 220 it is known that things take twice as long.
        Assert.Equal(new Dictionary<int, double> { [40] = 110, [150] = 50, [220] = 80, [299] = 1 }, remaining);
    }

    [Fact]
    public void What_has_failed_or_was_told_to_stop_decides_how_the_run_will_end()
    {
        var plan = TaskPlan.Create(plan =>
        {
            SubtaskRef fails = plan.Add("fails", "fails", options: new() { EstimatedDuration = Milliseconds(100) });
            plan.Add("after", "work", after: [fails], options: new() { EstimatedDuration = Milliseconds(500) });
            plan.Add("beside", "work", after: [plan.Add("before", "work", options: new() { EstimatedDuration = Milliseconds(300) })], options: new() { EstimatedDuration = Milliseconds(900) });
        });
        RunSimulation simulation = new(services => Services(services).AddAgentOrchestration()
            .AddTaskType("fails", "Fails.", async (None _, TaskContext context, CancellationToken stop) => await TakeItsTime(context, stop) == None.Value ? throw new InvalidDataException() : None.Value));
        List<(RunOutcome, double, string)> seen = [];
        using SimulatedRun run = simulation.Run(plan, seed: 4, script => script
            .At(Milliseconds(50), Look)
            .At(Milliseconds(200), Look)
            .At(Milliseconds(400), async run =>
            {
                await run.CancelAsync();
                await Look(run);
            }));

        Assert.Equal(
            [
                (RunOutcome.Succeeded, 1_200, "Succeeded Succeeded Succeeded Succeeded"),
                (RunOutcome.Failed, 1_200, "Failed Skipped Succeeded Succeeded"),
                (RunOutcome.Cancelled, 400, "Failed Skipped Succeeded Cancelled"),
            ],
            seen);

        ValueTask Look(OrchestrationRun run)
        {
            Forecast forecast = run.Forecast();
            seen.Add((forecast.Outcome, forecast.Makespan.TotalMilliseconds, string.Join(' ', forecast.Subtasks.OrderBy(row => row.Id == "fails" ? 0 : row.Id == "after" ? 1 : row.Id == "before" ? 2 : 3).Select(row => row.State))));
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task A_run_that_has_ended_has_nothing_to_come()
    {
        await using ServiceProvider services = Services(new ServiceCollection()).BuildServiceProvider();
        await using OrchestrationRun run = await services.GetRequiredService<ITaskOrchestrator>().StartAsync(
            TaskPlan.Create(plan => plan.Add("only", "work", options: new() { EstimatedDuration = Milliseconds(1) })), TestContext.Current.CancellationToken);
        RunSnapshot actual = (await run.WaitAsync(TestContext.Current.CancellationToken)).Run;

        Forecast forecast = run.Forecast();

        Assert.Equal((TimeSpan.Zero, actual.EndedAt - actual.StartedAt, RunOutcome.Succeeded), (forecast.Remaining, forecast.Makespan, forecast.Outcome));
        Assert.Equal(actual.Subtasks[0].EndedAt - actual.StartedAt, Assert.Single(forecast.Subtasks).End);
        Assert.Equal(forecast.Makespan, forecast.Simulate().High);
        Assert.Empty(forecast.CriticalChain);
    }

    private static RunSimulation Simulation(int seed) => new(services => Services(services, workers: 3 + (seed % 3)));

    private static IServiceCollection Services(IServiceCollection services, int workers = 5) => services.AddAgentOrchestration(options => options.Runs.MaxParallelism = workers)
        .AddResource("gpu", capacity: 4)
        .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken stop) => TakeItsTime(context, stop))
        .AddTaskType("limited", "Works.", (None _, TaskContext context, CancellationToken stop) => TakeItsTime(context, stop), options => options.MaxConcurrency = 2)
        .Services;

    private static Forecast ForecastIsRun(TaskPlan plan, int seed)
    {
        using SimulatedRun run = Simulation(seed).Run(plan, seed);

        Forecast forecast = run.Services.GetRequiredService<ITaskOrchestrator>().Forecast(plan);

        RunSnapshot actual = run.Result.Run;
        Assert.Equal((actual.Outcome, run.Elapsed), (forecast.Outcome, forecast.Makespan));
        Assert.Equal(
            actual.Subtasks.Select(subtask => (subtask.Subtask.Id, (subtask.StartedAt ?? subtask.EndedAt) - actual.StartedAt, subtask.EndedAt - actual.StartedAt)),
            forecast.Subtasks.Select(row => (row.Id, (TimeSpan?)row.Start, (TimeSpan?)row.End)));
        Assert.Equal(forecast.Makespan, forecast.CriticalChain.Aggregate(TimeSpan.Zero, (sum, id) => sum + forecast.Subtasks.Single(row => row.Id == id).Duration));
        return forecast;
    }

    private static async ValueTask<None> TakeItsTime(TaskContext context, CancellationToken stop)
    {
        await Task.Delay(context.Subtask.EstimatedDuration!.Value, context.TimeProvider, stop);
        return None.Value;
    }

    /// <summary>Durations from so many milliseconds that hardly ever two subtasks end at the same moment, where a seed would choose the order.</summary>
    private static TaskPlan RandomPlan(Random random) => TaskPlan.Create(plan =>
    {
        List<SubtaskRef> before = [];
        for (int i = random.Next(2, 25); i > 0; i--)
        {
            SubtaskRef[] after = [.. before.Where(_ => random.Next(5) == 0)];
            before.Add(plan.Add(
                $"s{i}",
                random.Next(3) == 0 ? "limited" : "work",
                after: after,
                options: new() { EstimatedDuration = Milliseconds(random.Next(1, 100_000_000)), Resources = random.Next(2) == 0 ? ResourceRequirements.Of("gpu", random.Next(1, 5)) : ResourceRequirements.None }));
        }
    });

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
