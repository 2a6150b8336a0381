using System.Diagnostics;
using System.Text.Json;
using AgentOrchestration;
using BombWorker;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

// Arguments: the name of a bomb, and how many bytes of an answer are read.
// Says with what code it was refused, and by how many bytes the process grew for it at most.
Bomb bomb = Bomb.All[args[0]];
using var model = new BombModel();
var services = new ServiceCollection();
services.AddSingleton<IChatClient>(model);
services
    .AddAgentOrchestration(options =>
    {
        options.Planning.MaxRepairs = 0;
        options.Planning.Limits.MaxAnswerLength = int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture);
    })
    .AddTaskType("work", "Works.", (JsonElement input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input));
await using ServiceProvider provider = services.BuildServiceProvider();
ITaskOrchestrator orchestrator = provider.GetRequiredService<ITaskOrchestrator>();

// What any plan needs, and the code that refuses, is loaded before it is measured.
model.Answer = ["""{"subtasks":[{"id":"a","type":"work","arguments":{"x":[1]}},{"id":"b","type":"work","dependsOn":["a"],"arguments":{"$output":"a/x"}}]}"""];
await using (OrchestrationRun run = await orchestrator.StartAsync(new OrchestrationRequest("Work.")))
{
    await run.WaitAsync();
}

await RefuseAsync((bomb with { Steps = 3 }).Pieces());
GC.Collect();
long before = Environment.WorkingSet;
PlanDiagnosticCode code = await RefuseAsync(bomb.Pieces());
using var self = Process.GetCurrentProcess();
Console.WriteLine($"{code} {Math.Max(0, self.PeakWorkingSet64 - before)}");

async Task<PlanDiagnosticCode> RefuseAsync(IEnumerable<string> answer)
{
    model.Answer = answer;
    try
    {
        await using OrchestrationRun run = await orchestrator.StartAsync(new OrchestrationRequest("Work."));
    }
    catch (InvalidPlanException refused)
    {
        return refused.Diagnostics[0].Code;
    }

    throw new InvalidOperationException("It was not refused.");
}
