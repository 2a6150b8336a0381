using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration;
using Microsoft.Extensions.DependencyInjection;
using PackageConsumer;

var services = new ServiceCollection();
services.AddSingleton<Greeting>();
services.AddAgentOrchestration(options => options.JsonSerializerOptions = new JsonSerializerOptions(Payloads.Default.Options))
    .AddTaskType<Greet>()
    .AddTaskType("shout", "Shouts.", (string text) => text + "!")
    .AddTaskType("guests", "Lists guests.", async (CancellationToken stop) => await Guests.InviteAsync(stop))
    .AddTaskType("join", "Joins.", (Salutation[] all, TaskContext _) => Task.FromResult(string.Join("; ", all.Select(one => one.Text))))
    .AddResource("gpu", capacity: 1);
await using ServiceProvider provider = services.BuildServiceProvider();

SubtaskRef<Salutation> again = null!;
TaskPlan plan = TaskPlan.Create(
    builder =>
    {
        SubtaskRef<Salutation> greeting = builder.Add<Greet>("greeting").With(new Person("Ada"));
        builder.Add("shout", "shout", input: greeting.Output(salutation => salutation.Text));
        again = builder.Add<Greet>("again").With(outputs => new Person(outputs.Of(greeting).Text));
        SubtaskRef each = builder.ForEach("each", builder.Add("guests", "guests").Output("/people"), "greet");
        builder.Add("all", "join", input: each.Output());
    },
    Payloads.Default.Options);
await using OrchestrationRun run = await provider.GetRequiredService<ITaskOrchestrator>().StartAsync(plan);
RunResult result = await run.WaitAsync();
string answer = result.Outcome == RunOutcome.Succeeded ? $"{result.GetOutput<string>("shout")} {result.GetOutput<string>("all")} {result.GetOutput(again).Text}" : string.Join('\n', result.Failed.Select(failed => failed.Error));
Console.WriteLine(answer);
return answer == "Hello, Ada! Hello, Bob; Hello, Eve Hello, Hello, Ada" ? 0 : 1;

namespace PackageConsumer
{
    internal sealed record Person(string Name);

    internal sealed record Salutation(string Text);

    internal sealed record Guests(IReadOnlyList<Person> People)
    {
        public static async Task<Guests> InviteAsync(CancellationToken stop)
        {
            await Task.Yield();
            stop.ThrowIfCancellationRequested();
            return new Guests([new Person("Bob"), new Person("Eve")]);
        }
    }

    internal sealed class Greeting
    {
        public string Of(string name) => $"Hello, {name}";
    }

    [TaskType("greet", Description = "Greets somebody.", Effect = TaskEffect.Pure)]
    [RequiresResource("gpu", 1)]
    internal sealed class Greet(Greeting greeting) : ITaskHandler<Person, Salutation>
    {
        public ValueTask<Salutation> ExecuteAsync(Person input, TaskContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new Salutation(greeting.Of(input.Name)));
    }

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Person))]
    [JsonSerializable(typeof(Salutation))]
    [JsonSerializable(typeof(Salutation[]))]
    [JsonSerializable(typeof(Guests))]
    [JsonSerializable(typeof(string))]
    internal sealed partial class Payloads : JsonSerializerContext;
}
