using System.CommandLine;
using System.Text.Json;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>Our engine beside a hand-written floor and its peers, in one process.</summary>
internal static class CompareCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "Ends within two minutes on two processors." };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the rows of all engines to this file." };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/compare.md." };
        var only = new Option<string[]>("--only")
        {
            Description = "Only races with these words among shape, size, body and engine (the floor always runs), and nothing else: --only layered 10000 sync.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var command = new Command("compare", "The engine beside a hand-written floor, raw tasks, TPL Dataflow, Akka.NET, Agent Framework and Workflow Core; with its goals.") { quick, json, results, only };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            Scale scale = arguments.GetValue(quick) ? Scale.Quick : Scale.Full;
            string[] words = arguments.GetValue(only)!;
            IReadOnlyList<ComparedRow> rows = await RaceAsync(scale, words, cancellationToken);
            if (arguments.GetValue(json) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(rows, Indented), cancellationToken);
            }

            List<Section> sections = [Races.Describe(rows)];
            if (words.Length == 0)
            {
                sections.Add(await Observation.RunAsync(scale, cancellationToken));
                sections.Add(await SmallestBody.RunAsync(scale, cancellationToken));
                sections.Add(await Stages.RunAsync(scale, cancellationToken));
                sections.Add(await DeepChain.RunAsync(scale, cancellationToken));
                sections.Add(await Memory.RunAsync(scale, cancellationToken));
            }

            string text = Describe(scale, sections);
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("compare.md", text, cancellationToken);
            }
        });
        return command;
    }

    private static async Task<IReadOnlyList<ComparedRow>> RaceAsync(Scale scale, string[] words, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync("warm-up");
        await WarmUp.RunAsync(cancellationToken);
        return await Races.RunAsync(scale.Races().Select(race => race.Only(words)).OfType<RaceSetting>(), cancellationToken);
    }

    private static string Describe(Scale scale, IReadOnlyList<Section> sections) => $"""
        # The engine beside a floor and its peers

        {Machine.Describe()}
        Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- {scale.Name}`.

        One process; the engines take turns, each round in another order, with a collection before each run; every run is checked: each task
        ran, each has its result. Figures are medians over the runs. What can be made once and run often (a checked graph, a workflow, a
        network of blocks) is made outside the clock; ours runs from the start of the checked graph until `WaitAsync` has given the result,
        with default options. All tasks answer with the same object. `sync` bodies return at once, `yield` bodies await `Task.Yield()`.
        Each peer runs the largest graphs that end in seconds: Akka.NET has an actor per task, made once; Workflow Core has its default store
        in memory, and no form for graphs other than sequences and joined branches. Durable Task is not there: the only host of it in one process, the
        preview of Microsoft.DurableTask.InProcessTestHost, speaks gRPC with itself and took 6.7 ms a task for a chain of 100 and 245 ms a task for 100 at once.

        ## Goals

        {GoalTable.Describe(sections.SelectMany(section => section.Goals))}
        {string.Join("\n", sections)}
        """;
}
