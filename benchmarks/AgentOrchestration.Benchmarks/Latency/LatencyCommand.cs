using System.CommandLine;
using System.Globalization;

namespace AgentOrchestration.Benchmarks.Latency;

/// <summary>How long a run takes beyond its critical path, on the wall clock.</summary>
internal static class LatencyCommand
{
    public static Command Create()
    {
        var repetitions = new Option<int>("--repetitions") { Description = "How often each is run.", DefaultValueFactory = _ => 30 };
        var markdown = new Option<FileInfo?>("--markdown") { Description = "Writes the table to this file too." };
        var command = new Command("latency", "Three steps of 100 ms in a row beside one of 300 ms, then a join: the engine, level by level, and the critical path.")
        {
            repetitions,
            markdown,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            string table = await RunAsync(arguments.GetValue(repetitions), cancellationToken);
            await Console.Out.WriteAsync(table);
            if (arguments.GetValue(markdown) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, table, cancellationToken);
            }
        });
        return command;
    }

    private static async Task<string> RunAsync(int repetitions, CancellationToken cancellationToken)
    {
        await using var engine = new UnequalBranches();
        List<double> ours = [];
        List<double> levels = [];
        await engine.RunAsync(cancellationToken);
        await LevelByLevel.RunAsync(cancellationToken);
        for (int i = 0; i < repetitions; i++)
        {
            ours.Add((await engine.RunAsync(cancellationToken)).TotalMilliseconds);
            levels.Add((await LevelByLevel.RunAsync(cancellationToken)).TotalMilliseconds);
        }

        double goal = (UnequalBranches.CriticalPath.TotalMilliseconds * 1.02) + 5;
        return string.Create(CultureInfo.InvariantCulture, $"""
            # Unequal branches, wall clock

            Three steps of 100 ms in a row beside one of 300 ms, then a join; {repetitions} runs of each in turn, after one to warm up.
            {Environment.ProcessorCount} processors, {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}.
            Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- latency`.

            | | median ms | worst ms | median / critical path |
            |---|---|---|---|
            | critical path | {UnequalBranches.CriticalPath.TotalMilliseconds:F1} | | 1.000 |
            | goal: 1.02 × critical path + 5 ms | {goal:F1} | | {goal / UnequalBranches.CriticalPath.TotalMilliseconds:F3} |
            | AgentOrchestration | {Median(ours):F1} | {ours.Max():F1} | {Median(ours) / UnequalBranches.CriticalPath.TotalMilliseconds:F3} |
            | the same work level by level | {Median(levels):F1} | {levels.Max():F1} | {Median(levels) / UnequalBranches.CriticalPath.TotalMilliseconds:F3} |

            The goal is {(Median(ours) <= goal ? "reached" : "not reached")}: {ours.Count(run => run <= goal)} of {repetitions} runs are within it.

            """);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
