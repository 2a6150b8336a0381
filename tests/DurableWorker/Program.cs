using System.Globalization;
using AgentOrchestration;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Sqlite;
using DurableWorker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// What it does, the database (a file, or as WorkerStore says), and more:
// run DATABASE EFFECTS MINUTES RUN: goes on with a run, or with a new one for "-", by a clock that is so many minutes ahead, until it has ended.
// share DATABASE EFFECTS COUNT: makes so many runs, and goes on with whatever nobody drives, until the input ends. Its leases last 3 seconds.
// block DATABASE: drives a run whose code blocks every thread of the pool for twice as long as its lease of 3 seconds lasts.
// lock DATABASE: keeps others from writing until the input ends.
switch (args[0])
{
    case "run":
        await RunAsync(new AheadClock(TimeSpan.FromMinutes(Number(args[3]))), args[4]);
        break;
    case "share":
        await ShareAsync((int)Number(args[3]));
        break;
    case "block":
        await BlockAsync();
        break;
    default:
        await LockAsync();
        break;
}

static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

async Task RunAsync(TimeProvider clock, string runId)
{
    using var effects = new EffectLog(args[2], Console.Out);
    await using ServiceProvider provider = Services(clock, effects).BuildServiceProvider();
    ITaskOrchestrator orchestrator = provider.GetRequiredService<ITaskOrchestrator>();
    await using OrchestrationRun run = runId == "-" ? await orchestrator.StartAsync(WorkerPlan.Create()) : await orchestrator.ResumeAsync(runId);
    Console.WriteLine($"run {run.RunId}");
    await foreach (RunEvent next in run.WatchAsync())
    {
        if (next is SubtaskSucceeded succeeded)
        {
            effects.Write($"ack {run.RunId}/{succeeded.SubtaskId}");
        }
    }

    Console.WriteLine($"ended {(await run.WaitAsync()).Outcome}");
}

async Task ShareAsync(int count)
{
    using var effects = new EffectLog(args[2], TextWriter.Null);
    IServiceCollection services = Services(TimeProvider.System, effects);
    services.AddAgentOrchestration(options => options.LeaseDuration = TimeSpan.FromSeconds(3)).ResumeInterruptedRuns();
    await using ServiceProvider provider = services.BuildServiceProvider();
    IHostedService[] hosted = [.. provider.GetServices<IHostedService>()];
    foreach (IHostedService service in hosted)
    {
        await service.StartAsync(CancellationToken.None);
    }

    List<OrchestrationRun> runs = [];
    for (int i = 0; i < count; i++)
    {
        runs.Add(await provider.GetRequiredService<ITaskOrchestrator>().StartAsync(WorkerPlan.Create()));
        Console.WriteLine($"run {runs[^1].RunId}");
    }

    await Console.In.ReadToEndAsync();
    foreach (IHostedService service in hosted)
    {
        await service.StopAsync(CancellationToken.None);
    }

    foreach (OrchestrationRun run in runs)
    {
        await run.DisposeAsync();
    }
}

async Task BlockAsync()
{
    ThreadPool.SetMinThreads(2, 2);
    ThreadPool.SetMaxThreads(2, 2);
    using var released = new ManualResetEventSlim();
    var services = new ServiceCollection();
    WorkerStore.Use(services.AddAgentOrchestration(options => options.LeaseDuration = TimeSpan.FromSeconds(3)), args[1], clock: null)
        .AddTaskType("block", "Blocks its thread.", (None _, TaskContext _, CancellationToken _) =>
        {
            released.Wait(CancellationToken.None);
            return ValueTask.FromResult(1);
        });
    await using ServiceProvider provider = services.BuildServiceProvider();
    TaskPlan plan = TaskPlan.Create(plan =>
    {
        for (int i = 0; i < 4; i++)
        {
            plan.Add($"block{i}", "block");
        }
    });

    // Before every thread of the pool is blocked: a connection needs one to be opened.
    using var look = new LeaseLook(args[1], "blocked");
    await using OrchestrationRun run = await provider.GetRequiredService<ITaskOrchestrator>().StartAsync(plan, new RunOptions { RunId = "blocked" });
    var watch = new Thread(() =>
    {
        int free = 0;
        for (int i = 0; i < 60; i++)
        {
            Thread.Sleep(100);
            free += look.IsLeased() ? 0 : 1;
        }

        Console.WriteLine($"free {free}");
        released.Set();
    });
    watch.Start();
    Console.WriteLine($"ended {(await run.WaitAsync()).Outcome}");
    watch.Join();
}

async Task LockAsync()
{
    // Through the store first, because only it loads SQLite.
    using var store = new SqliteRunStore(args[1], TimeProvider.System);
    await using var connection = new SqliteConnection($"Data Source={args[1]};Pooling=False");
    await connection.OpenAsync();
    await using SqliteCommand command = connection.CreateCommand();
    command.CommandText = "BEGIN IMMEDIATE";
    await command.ExecuteNonQueryAsync();
    Console.WriteLine("locked");
    await Console.In.ReadToEndAsync();
}

ServiceCollection Services(TimeProvider clock, EffectLog effects)
{
    var services = new ServiceCollection();
    services.AddSingleton(clock);
    services.AddSingleton(effects);
    WorkerStore.Use(services.AddAgentOrchestration(options => options.Runs.MaxParallelism = 4).AddTaskType<Step>(), args[1], clock);
    return services;
}
