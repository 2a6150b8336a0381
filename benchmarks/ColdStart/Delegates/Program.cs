using System.Text.Json.Serialization;
using AgentOrchestration;
using Microsoft.Extensions.DependencyInjection;

var collection = new ServiceCollection();
collection.AddAgentOrchestration(options => options.JsonSerializerOptions = Numbers.Default.Options)
    .AddTaskType("double", "Doubles a number.", (int number, TaskContext _, CancellationToken _) => ValueTask.FromResult(number * 2));
await using ServiceProvider services = collection.BuildServiceProvider();
TaskPlan plan = TaskPlan.Create(plan =>
{
    SubtaskRef first = plan.Add("first", "double", 1);
    plan.Add("second", "double", first.Output());
});
await using OrchestrationRun run = await services.GetRequiredService<ITaskOrchestrator>().StartAsync(plan);
RunResult result = await run.WaitAsync();
Console.WriteLine(result.GetOutput<int>("second"));

[JsonSerializable(typeof(int))]
internal sealed partial class Numbers : JsonSerializerContext;
