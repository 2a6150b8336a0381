using AgentOrchestration.Forecasting;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>Subtasks that share a long prompt: one starts first, the others when the endpoint has the prompt in its cache.</summary>
public sealed class PromptOpenerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_starts_first_and_the_others_when_it_shows_progress(bool byText) => Each(run =>
    {
        Dictionary<string, TimeSpan> starts = StartsOf(run);

        Assert.Equal([0.0, 2, 2, 2], starts.Values.Select(start => start.TotalSeconds).Order());
        StartHeld[] held = [.. run.Events.OfType<StartHeld>()];
        Assert.Equal(3, held.Select(hold => hold.SubtaskId).Distinct().Count());
        Assert.Equal(3, held.Length);
        Assert.All(held, hold => Assert.Equal(HoldReason.SharedPrompt, hold.Reason));
        Assert.Equal(RunOutcome.Succeeded, run.Result.Outcome);
    },
    async (context, stop) =>
    {
        await Task.Delay(2 * Second, context.TimeProvider, stop);
        if (byText)
        {
            context.StreamText("first");
        }
        else
        {
            context.ReportProgress(0.1);
        }

        await Task.Delay(3 * Second, context.TimeProvider, stop);
        return "output";
    });

    [Fact]
    public void The_first_token_of_a_model_counts_and_the_others_read_the_prompt_from_its_cache()
    {
        string prefix = new('p', 40_000);
        ScriptedModelServer? server = null;
        var simulation = new RunSimulation(services => services
            .AddSingleton<IChatClient>(provider => server = new ScriptedModelServer(new ScriptedModelOptions(), provider.GetRequiredService<TimeProvider>()))
            .AddAgentOrchestration(options => options.Runs.MaxParallelism = 100)
            .AddTaskType(
                "ask",
                "Asks.",
                async (None _, TaskContext context, CancellationToken stop) =>
                    (await context.Chat.GetStreamingResponseAsync(prefix + context.Subtask.Id, cancellationToken: stop).ToChatResponseAsync(stop)).Text,
                options => (options.Effect, options.SharedPrompt) = (TaskEffect.Write, _ => "document")));

        using SimulatedRun run = simulation.Run(Beside(12, "ask"), seed: 1);

        Assert.Equal(RunOutcome.Succeeded, run.Result.Outcome);
        double[] starts = [.. StartsOf(run).Values.Select(start => start.TotalSeconds).Order()];
        Assert.Equal(0, starts[0]);
        Assert.All(starts[1..], start => Assert.InRange(start, 1.5, 1.51));
        Assert.True(server!.Totals.CachedInputTokens >= 11 * 9_900, $"{server.Totals}");
    }

    [Fact]
    public void When_the_first_one_fails_the_next_one_is_first() => Each(
        run =>
        {
            Assert.Equal([0.0, 1, 3, 3], StartsOf(run).Values.Select(start => start.TotalSeconds).Order());
            Assert.Single(run.Result.Failed);
            Assert.Equal(3, run.Events.OfType<StartHeld>().Count());
        },
        async (context, stop) =>
        {
            await Task.Delay(Second, context.TimeProvider, stop);
            if (context.Services.GetRequiredService<Box>().Taken++ == 0)
            {
                throw new InvalidOperationException("No.");
            }

            await Task.Delay(Second, context.TimeProvider, stop);
            context.ReportProgress(0.5);
            return "output";
        });

    [Fact]
    public void When_all_fail_they_are_held_no_longer() => Each(
        run =>
        {
            Assert.Equal([0.0, 1, 2, 2], StartsOf(run).Values.Select(start => start.TotalSeconds).Order());
            Assert.Equal(4, run.Result.Failed.Count());
        },
        async (context, stop) =>
        {
            await Task.Delay(Second, context.TimeProvider, stop);
            throw new InvalidOperationException("No.");
        });

    [Fact]
    public void When_the_first_one_never_shows_progress_the_others_wait_as_long_as_nearly_all_need() => Each(
        run =>
        {
            double[] starts = [.. StartsOf(run).Values.Select(start => start.TotalSeconds).Order()];
            Assert.Equal(0, starts[0]);
            Assert.All(starts[1..], start => Assert.Equal(10 * Math.Exp(0.5 * 1.645), start, 0.01));
            Assert.All(run.Events.OfType<StartHeld>(), held => Assert.Equal(10 * Math.Exp(0.5 * 1.645), (held.Until - run.Events[0].Time).TotalSeconds, 0.01));
        },
        (context, stop) => Sample.Sleep(context, 100 * Second, stop),
        estimate: 10 * Second);

    [Fact]
    public void When_the_first_one_ends_without_progress_the_others_start() => Each(
        run => Assert.Equal([0.0, 4, 4, 4], StartsOf(run).Values.Select(start => start.TotalSeconds).Order()),
        (context, stop) => Sample.Sleep(context, 4 * Second, stop),
        estimate: 10 * Second);

    [Fact]
    public void Only_those_with_the_same_key_are_held() => Each(
        run => Assert.Equal([0.0, 0, 0, 0], StartsOf(run).Values.Select(start => start.TotalSeconds)),
        (context, stop) => Sample.Sleep(context, Second, stop),
        keyOf: subtask => subtask.Id switch
        {
            "s0" => "a",
            "s1" => "b",
            "s2" => null,
            _ => throw new InvalidOperationException("No key."),
        });

    [Fact]
    public void What_comes_while_the_endpoint_knows_the_prompt_is_not_held_and_what_comes_later_is()
    {
        var plan = TaskPlan.Create(plan =>
        {
            SubtaskRef first = plan.Add("first", "work");
            SubtaskRef pause = plan.Add("pause", "pause", after: [first]);
            SubtaskRef soon = plan.Add("soon-0", "work", after: [first]);
            plan.Add("soon-1", "work", after: [first]);
            SubtaskRef longPause = plan.Add("long-pause", "pause", after: [soon, pause]);
            plan.Add("late-0", "work", after: [longPause]);
            plan.Add("late-1", "work", after: [longPause]);
        });
        RunSimulation simulation = Create(
            (context, stop) => Sample.Sleep(context, Second, stop),
            _ => "document",
            builder => builder.AddTaskType("pause", "Pauses.", (None _, TaskContext context, CancellationToken stop) => Sample.Sleep(context, TimeSpan.FromMinutes(4), stop)));

        using SimulatedRun run = simulation.Run(plan, seed: 1);

        Dictionary<string, TimeSpan> starts = StartsOf(run);
        Assert.Equal(starts["soon-0"], starts["soon-1"]);
        Assert.Equal(Second, (starts["late-0"] - starts["late-1"]).Duration());
        Assert.Single(run.Events.OfType<StartHeld>());
    }

    [Fact]
    public void Subtasks_that_are_added_during_the_run_share_a_prompt_too()
    {
        RunSimulation simulation = Create(
            (context, stop) => Sample.Sleep(context, Second, stop),
            _ => "document",
            builder => builder.AddTaskType("adder", "Adds.", (TaskContext context) =>
            {
                context.AddSubtasks(more => Enumerable.Range(0, 3).ToList().ForEach(i => more.Add($"s{i}", "work")));
                return "added";
            }));

        using SimulatedRun run = simulation.Run(TaskPlan.Create(plan => plan.Add("adds", "adder")), seed: 1);

        Assert.Equal([0.0, 1, 1], StartsOf(run).Where(start => start.Key != "adds").Select(start => start.Value.TotalSeconds).Order());
    }

    [Fact]
    public void What_is_held_can_be_cancelled_and_explained()
    {
        WaitExplanation? why = null;
        RunSimulation simulation = Create((context, stop) => Sample.Sleep(context, 10 * Second, stop), _ => "document");
        using SimulatedRun run = simulation.Run(Beside(4, "work"), seed: 3, script => script.At(5 * Second, async run =>
        {
            string held = run.GetSnapshot().Subtasks.First(subtask => subtask.State == SubtaskState.Ready).Subtask.Id;
            why = run.Explain(held);
            await run.CancelAsync(held);
        }));

        Assert.Equal(WaitKind.SharedPrompt, why!.Kind);
        Assert.Equal("waits for another subtask with the same long prompt, which has started first (25 s left)", why.ToString());
        Assert.Single(run.Result.Cancelled);
        Assert.Equal(3, run.Result.Succeeded.Count());
    }

    [Fact]
    public void A_forecast_holds_as_the_run_does()
    {
        RunSimulation simulation = Create((context, stop) => Sample.Sleep(context, 10 * Second, stop), _ => "document");
        TaskPlan plan = Beside(4, "work", 10 * Second);
        using SimulatedRun run = simulation.Run(plan, seed: 1);
        using ServiceProvider services = Services((context, stop) => Sample.Sleep(context, 10 * Second, stop), _ => "document").BuildServiceProvider();

        Forecast forecast = services.GetRequiredService<ITaskOrchestrator>().Forecast(plan);

        Assert.Equal(20 * Second, run.Elapsed);
        Assert.Equal(run.Elapsed, forecast.Makespan);
    }

    /// <summary>Whatever fails, and whatever the keys are: every run ends, and as it ends without them.</summary>
    [Fact]
    public void Holding_changes_no_outcome_and_loses_nothing()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            int count = random.Next(2, 12);
            Dictionary<string, (int Key, int Fails, int Progress)> work = Enumerable.Range(0, count).ToDictionary(
                i => $"s{i}", _ => (random.Next(3), random.Next(4), random.Next(0, 5)), StringComparer.Ordinal);
            var plan = TaskPlan.Create(plan =>
            {
                List<SubtaskRef> all = [];
                for (int i = 0; i < count; i++)
                {
                    all.Add(plan.Add($"s{i}", "work", after: all.Count > 0 && random.Next(3) == 0 ? [all[random.Next(all.Count)]] : []));
                }
            });
            TimeSpan? cancelAt = random.Next(5) == 0 ? random.Next(1, 10) * Second : null;
            string[] ends = [.. new[] { false, true }.Select(holds =>
            {
                RunSimulation simulation = Create(
                    async (context, stop) =>
                    {
                        (_, int fails, int progress) = work[context.Subtask.Id];
                        await Task.Delay(progress * Second, context.TimeProvider, stop);
                        if (progress > 2)
                        {
                            context.ReportProgress(0.5);
                        }

                        await Task.Delay(Second, context.TimeProvider, stop);
                        return context.Attempt <= fails ? throw new InvalidOperationException("No.") : context.Subtask.Id;
                    },
                    holds ? subtask => work[subtask.Id].Key == 0 ? null : $"{work[subtask.Id].Key}" : null,
                    maxParallelism: random.Next(1, 5),
                    attempts: 3);
                using SimulatedRun run = simulation.Run(plan, seed, script =>
                {
                    if (cancelAt is { } time)
                    {
                        script.At(time, run => run.CancelAsync());
                    }
                });
                return cancelAt is null
                    ? string.Join(' ', run.Result.Subtasks.Select(subtask => $"{subtask.Subtask.Id}:{subtask.State}:{subtask.Attempts}:{subtask.Output}"))
                    : "cancelled";
            })];

            Assert.Equal(ends[0], ends[1]);
        }
    }

    private static void Each(
        Action<SimulatedRun> check, Func<TaskContext, CancellationToken, ValueTask<string>> work, Func<Subtask, string?>? keyOf = null, TimeSpan? estimate = null) =>
        Create(work, keyOf ?? (static _ => "document")).Explore(Beside(4, "work", estimate), seeds: 5, check);

    private static RunSimulation Create(
        Func<TaskContext, CancellationToken, ValueTask<string>> work,
        Func<Subtask, string?>? keyOf,
        Action<IAgentOrchestrationBuilder>? more = null,
        int maxParallelism = 100,
        int attempts = 1) => new(services =>
        {
            foreach (ServiceDescriptor service in Services(work, keyOf, maxParallelism, attempts, more))
            {
                services.Add(service);
            }
        })
        {
            Patience = TimeSpan.Zero,
        };

    private static ServiceCollection Services(
        Func<TaskContext, CancellationToken, ValueTask<string>> work,
        Func<Subtask, string?>? keyOf,
        int maxParallelism = 100,
        int attempts = 1,
        Action<IAgentOrchestrationBuilder>? more = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<Box>();
        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration(options => options.Runs.MaxParallelism = maxParallelism).AddTaskType(
            "work",
            "Works.",
            (None _, TaskContext context, CancellationToken stop) => work(context, stop),
            options =>
            {
                options.SharedPrompt = keyOf;
                options.Retry.MaxAttempts = attempts;
            });
        more?.Invoke(builder);
        return services;
    }

    private static TaskPlan Beside(int count, string taskType, TimeSpan? estimate = null) => TaskPlan.Create(plan =>
    {
        for (int i = 0; i < count; i++)
        {
            plan.Add($"s{i}", taskType, options: new() { EstimatedDuration = estimate });
        }
    });

    private static Dictionary<string, TimeSpan> StartsOf(SimulatedRun run) => run.Events.OfType<AttemptStarted>()
        .ToDictionary(start => start.SubtaskId, start => start.Time - run.Events[0].Time, StringComparer.Ordinal);

    private sealed class Box
    {
        public int Taken { get; set; }
    }
}
