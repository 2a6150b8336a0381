using System.Globalization;
using AgentOrchestration;
using AgentOrchestration.Runs;
using DurableWorker;
using Microsoft.Extensions.DependencyInjection;

// Arguments: the database, the log of effects, how many minutes the clock is ahead, and a run to resume or "-".
// Goes on until the run has ended, or until it is killed.
using var effects = new EffectLog(args[1]);
var services = new ServiceCollection();
services.AddSingleton<TimeProvider>(new AheadClock(TimeSpan.FromMinutes(double.Parse(args[2], CultureInfo.InvariantCulture))));
services.AddSingleton(effects);
services.AddAgentOrchestration(options => options.MaxParallelism = 4).AddTaskType<Step>().UseSqlite(args[0]);
await using ServiceProvider provider = services.BuildServiceProvider();
ITaskOrchestrator orchestrator = provider.GetRequiredService<ITaskOrchestrator>();
await using OrchestrationRun run = args[3] == "-" ? await orchestrator.StartAsync(WorkerPlan.Create()) : await orchestrator.ResumeAsync(args[3]);
Console.WriteLine(run.RunId);
await foreach (RunEvent next in run.WatchAsync())
{
    if (next is SubtaskSucceeded succeeded)
    {
        effects.Write($"ack {run.RunId}/{succeeded.SubtaskId}");
    }
}

Console.WriteLine((await run.WaitAsync()).Outcome);
