using System.Text.Json.Nodes;
using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Resources;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Results;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>Runs of a process that are to do the same work at once do it once, and share no failure of it.</summary>
public sealed class FlightTests
{
    private int _worked;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_that_another_run_does_now_is_waited_for_and_not_done_twice()
    {
        var working = new Checkpoint();
        await using Engine engine = Create(_ => working.PassAsync());
        await using OrchestrationRun owner = await engine.StartAsync(plan => plan.AddAsk("owner", 7));
        await working.Reached;
        await using OrchestrationRun waiter = await engine.StartAsync(plan => plan.AddAsk("waiter", 7));

        FlightJoined joined = await Engine.SeeAsync<FlightJoined>(waiter);
        working.Open();
        RunResult result = await waiter.EndAsync();

        Assert.Equal((owner.RunId, "owner", "waiter"), (joined.OwnerRunId, joined.OwnerSubtaskId, joined.SubtaskId));
        Assert.Equal((1, OutputOrigin.Flight, 0, "answer 7"), (_worked, result["waiter"].Origin, result["waiter"].Attempts, result["waiter"].Output));
        SavingsItem saved = Assert.Single(result.Savings.Avoided);
        Assert.Equal((SavingsReason.Flight, 1, 107L, 0L), (saved.Reason, saved.Subtasks, saved.Usage.InputTokens + saved.Usage.OutputTokens, result.Savings.Spent.Calls));
        await owner.EndAsync();
        await NothingIsLeftAsync(engine);
    }

    [Fact]
    public async Task Many_runs_at_once_do_each_work_once()
    {
        int atOnce = 0;
        int most = 0;
        await using Engine engine = Create(async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref atOnce));
            await Task.Yield();
            Interlocked.Decrement(ref atOnce);
        });

        RunResult[] results = await Task.WhenAll(Enumerable.Range(0, 60).Select(run => engine.RunAsync(plan =>
        {
            plan.AddAsk("a", run % 3);
            plan.AddAsk("b", 3 + (run % 2));
        })));

        Assert.Equal(5, _worked);
        Assert.All(results.SelectMany(result => result.Subtasks), subtask => Assert.Equal(SubtaskState.Succeeded, subtask.State));
        await NothingIsLeftAsync(engine);
    }

    [Fact]
    public async Task Work_that_waits_for_its_turn_when_another_run_begins_it_is_not_done_again()
    {
        var first = new Checkpoint();
        await using Engine engine = Create(number => number == 1 ? first.PassAsync() : Task.CompletedTask, options => options.MaxParallelismTotal = 1);
        await using OrchestrationRun busy = await engine.StartAsync(plan => plan.AddAsk("only", 1));
        await first.Reached;
        OrchestrationRun[] runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => engine.StartAsync(plan => plan.AddAsk("only", 2))));

        first.Open();

        Assert.All(await Task.WhenAll(runs.Select(run => run.EndAsync())), result => Assert.Equal("answer 2", result["only"].Output));
        Assert.Equal(2, _worked);
        await Task.WhenAll(runs.Select(run => run.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_failure_is_not_shared()
    {
        var working = new Checkpoint();
        await using Engine engine = Create(async _ =>
        {
            if (Volatile.Read(ref _worked) == 1)
            {
                await working.PassAsync();
                throw new InvalidOperationException("Broken.");
            }
        });
        await using OrchestrationRun owner = await engine.StartAsync(plan => plan.AddAsk("only", 7));
        await working.Reached;
        await using OrchestrationRun waiter = await engine.StartAsync(plan => plan.AddAsk("only", 7));
        await Engine.SeeAsync<FlightJoined>(waiter);

        working.Open();

        Assert.Equal(RunOutcome.Failed, (await owner.EndAsync()).Outcome);
        Assert.Equal((OutputOrigin.Executed, 2), ((await waiter.EndAsync())["only"].Origin, _worked));
        await NothingIsLeftAsync(engine);
    }

    [Fact]
    public async Task When_the_run_that_works_is_cancelled_another_does_the_work_itself_though_the_code_does_not_stop()
    {
        var working = new Checkpoint();
        await using Engine engine = Create(_ => Volatile.Read(ref _worked) == 1 ? working.PassAsync() : Task.CompletedTask);
        await using OrchestrationRun owner = await engine.StartAsync(plan => plan.AddAsk("only", 7));
        await working.Reached;
        await using OrchestrationRun waiter = await engine.StartAsync(plan => plan.AddAsk("only", 7));
        await Engine.SeeAsync<FlightJoined>(waiter);

        await owner.CancelAsync(TestEnd);

        Assert.Equal((OutputOrigin.Executed, "answer 7"), ((await waiter.EndAsync())["only"].Origin, "answer 7"));
        working.Open();
        await owner.EndAsync();
    }

    [Fact]
    public async Task Work_that_takes_more_than_twice_as_long_as_nearly_all_is_waited_for_no_longer()
    {
        var working = new Checkpoint();
        await using Engine engine = Create(_ => Volatile.Read(ref _worked) == 1 ? working.PassAsync() : Task.CompletedTask);
        Action<TaskPlanBuilder> plan = plan => plan.Add("only", CountedWork.Name, JsonValue.Create(7), options: new() { EstimatedDuration = TimeSpan.FromSeconds(10) });
        await using OrchestrationRun owner = await engine.StartAsync(plan);
        await working.Reached;
        engine.Clock.Advance(TimeSpan.FromSeconds(5));
        await using OrchestrationRun waiter = await engine.StartAsync(plan);
        await Engine.SeeAsync<FlightJoined>(waiter);
        DateTimeOffset joined = engine.Clock.GetUtcNow();

        RunResult result = await engine.AdvanceUntilAsync(waiter.EndAsync(), TimeSpan.FromSeconds(1));

        Assert.Equal((OutputOrigin.Executed, 2), (result["only"].Origin, _worked));

        // How much later it ends depends on the machine: the clock continues while the work is done again.
        Assert.True(engine.Clock.GetUtcNow() - joined >= TimeSpan.FromSeconds(15));
        working.Open();
        Assert.Equal(RunOutcome.Succeeded, (await owner.EndAsync()).Outcome);
        await NothingIsLeftAsync(engine);
    }

    [Fact]
    public async Task A_result_that_the_cache_does_not_keep_is_made_by_each()
    {
        var working = new Checkpoint();
        int calls = 0;
        await using Engine engine = new(builder => builder.UseResultCache().AddTaskType(
            "own",
            "Is for its run only.",
            async (TaskContext context) =>
            {
                context.DoNotCache();
                int call = Interlocked.Increment(ref calls);
                await (call == 1 ? working.PassAsync() : Task.CompletedTask);
                return call;
            },
            options => options.Effect = TaskEffect.Pure));
        await using OrchestrationRun owner = await engine.StartAsync(plan => plan.Add("only", "own"));
        await working.Reached;
        await using OrchestrationRun waiter = await engine.StartAsync(plan => plan.Add("only", "own"));
        await Engine.SeeAsync<FlightJoined>(waiter);

        working.Open();

        Assert.Equal((1, 2), ((await owner.EndAsync())["only"].Output, (await waiter.EndAsync())["only"].Output));
    }

    [Fact]
    public async Task What_waits_for_another_run_holds_nothing_and_is_explained()
    {
        var working = new Checkpoint();
        await using Engine engine = new(builder => builder
            .UseResultCache()
            .AddCountedWork(onWork: _ => working.PassAsync())
            .AddResource("gpu", 2)
            .ConfigureTaskType(CountedWork.Name, options => options.Resources = Resources("gpu"))
            .AddTaskType("other", "Needs one too.", () => "done", options => options.Resources = Resources("gpu")));
        await using OrchestrationRun owner = await engine.StartAsync(plan => plan.AddAsk("owner", 7));
        await working.Reached;
        await using OrchestrationRun waiter = await engine.Orchestrator.StartAsync(
            TaskPlan.Create(plan =>
            {
                plan.AddAsk("waiter", 7);
                plan.Add("other", "other");
            }),
            new RunOptions { MaxParallelism = 1 },
            TestEnd);

        await Engine.SeeAsync<SubtaskSucceeded>(waiter, succeeded => succeeded.SubtaskId == "other");
        await Engine.SeeAsync<FlightJoined>(waiter);

        Assert.Equal(1, engine.Services.GetRequiredService<IResourceManager>().GetFree("gpu"));
        WaitExplanation why = waiter.Explain("waiter");
        Assert.Equal(WaitKind.Flight, why.Kind);
        Assert.Contains($"'owner' of the run {owner.RunId}", why.ToString(), StringComparison.Ordinal);
        working.Open();
        await waiter.EndAsync();
    }

    [Fact]
    public async Task A_run_that_is_cancelled_waits_for_no_other()
    {
        var working = new Checkpoint();
        await using Engine engine = Create(_ => working.PassAsync());
        await using OrchestrationRun owner = await engine.StartAsync(plan => plan.AddAsk("only", 7));
        await working.Reached;
        await using OrchestrationRun waiter = await engine.StartAsync(plan => plan.AddAsk("only", 7));
        await Engine.SeeAsync<FlightJoined>(waiter);

        await waiter.CancelAsync(TestEnd);

        Assert.Equal(RunOutcome.Cancelled, (await waiter.EndAsync()).Outcome);
        working.Open();
        await owner.EndAsync();
        await NothingIsLeftAsync(engine);
    }

    [Fact]
    public async Task What_a_durable_run_waits_for_is_in_its_journal_and_it_continues_without_it()
    {
        var working = new Checkpoint();
        var host = new DurableHost(builder => builder.UseResultCache().AddCountedWork(onWork: _ => Interlocked.Increment(ref _worked) == 1 ? working.PassAsync() : Task.CompletedTask));
        string waiting;
        await using (ServiceProvider process = host.NewProcess())
        {
            OrchestrationRun owner = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.AddAsk("only", 7)), TestEnd);
            await working.Reached;
            OrchestrationRun waiter = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.AddAsk("only", 7)), TestEnd);
            waiting = waiter.RunId;
            await Engine.SeeAsync<FlightJoined>(waiter);
            working.Open();
            await owner.EndAsync();
            await waiter.EndAsync();
        }

        Assert.Contains(await host.JournalAsync(waiting), line => line.Contains("flight-joined", StringComparison.Ordinal));
        for (int events = 1; events < (await host.JournalAsync(waiting)).Length; events++)
        {
            await using ServiceProvider process = host.NewProcess(await host.CutAsync(waiting, events));
            await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(process).ResumeAsync(waiting, TestEnd);
            Assert.Equal("answer 7", (await resumed.EndAsync())["only"].Output);
        }
    }

    [Fact]
    public Task Whatever_fails_or_is_cancelled_every_run_ends_and_nothing_is_left() =>
        Gen.Select(Gen.Int[0, 3].Array[1, 4].Array[2, 12], Gen.Int[0, 99].Array[20], Gen.Bool.Array[12]).SampleAsync(
            async (runs, fates, cancelled) =>
            {
                int calls = -1;
                await using Engine engine = Create(async _ =>
                {
                    int fate = fates[Interlocked.Increment(ref calls) % fates.Length];
                    await (fate % 2 == 0 ? Task.CompletedTask : Task.Run(static () => { }, TestEnd));
                    if (fate < 20)
                    {
                        throw new InvalidOperationException("Broken.");
                    }
                });
                OrchestrationRun[] started = await Task.WhenAll(runs.Select(numbers => engine.StartAsync(plan =>
                {
                    foreach ((int index, int number) in numbers.Index())
                    {
                        plan.AddAsk($"t{index}", number);
                    }
                })));
                foreach ((int index, OrchestrationRun run) in started.Index())
                {
                    if (cancelled[index] && fates[index] < 50)
                    {
                        await run.CancelAsync(TestEnd);
                    }
                }

                foreach ((int index, OrchestrationRun run) in started.Index())
                {
                    RunResult result = await run.EndAsync();
                    Assert.All(result.Succeeded, subtask => Assert.Equal($"answer {runs[index][int.Parse(subtask.Subtask.Id.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)]}", subtask.Output));
                    await run.DisposeAsync();
                }

                await NothingIsLeftAsync(engine);
            },
            iter: 100);

    private static ResourceRequirements Resources(string name) => ResourceRequirements.Of(name, 1);

    private Engine Create(Func<int, Task> onWork, Action<AgentOrchestrationOptions>? options = null) => new(
        builder => builder.UseResultCache().AddCountedWork(onWork: number =>
        {
            Interlocked.Increment(ref _worked);
            return onWork(number);
        }),
        options);

    /// <summary>What runs know of each other is forgotten when they have ended, which their handles may report a moment earlier.</summary>
    private static async Task NothingIsLeftAsync(Engine engine)
    {
        if (engine.Services.GetRequiredService<IExecutor>() is LocalExecutor executor)
        {
            for (long begin = System.Diagnostics.Stopwatch.GetTimestamp(); executor.Flights.Count > 0;)
            {
                Watchdog.Check(begin, "the end of all flights");
                await Task.Yield();
            }
        }
    }
}
