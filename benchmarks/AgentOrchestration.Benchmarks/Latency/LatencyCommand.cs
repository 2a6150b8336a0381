using System.CommandLine;
using System.Globalization;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Latency;

/// <summary>How long a run takes beyond its critical path, on the wall clock.</summary>
internal static class LatencyCommand
{
    private const int RandomGraphs = 10;
    private const int RandomTasks = 40;

    public static Command Create()
    {
        var repetitions = new Option<int>("--repetitions") { Description = "How often each is run.", DefaultValueFactory = _ => 20 };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/latency.md." };
        var command = new Command("latency", "Unequal branches, and random plans with lognormal durations: the engine, Agent Framework, level by level, and the critical path.")
        {
            repetitions,
            results,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            int each = arguments.GetValue(repetitions);
            string text = $"""
                # Runs beside their critical paths, wall clock

                {Machine.Describe()}
                Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- latency`. After one run of each to warm up, all in turn.

                {await UnequalAsync(each, cancellationToken)}
                {await RandomAsync(Math.Max(1, each / 4), cancellationToken)}
                """;
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("latency.md", text, cancellationToken);
            }
        });
        return command;
    }

    private static async Task<string> UnequalAsync(int repetitions, CancellationToken cancellationToken)
    {
        LatencyTimes times = await LatencyTimes.MeasureAsync(TimedGraph.UnequalBranches, repetitions, configure: null, cancellationToken);
        var table = new MarkdownTable($"{repetitions} runs", "median ms", "worst ms", "median / critical path");
        table.Add("critical path", Milliseconds(times.CriticalPath), "", "1.000");
        table.Add("goal: 1.02 × critical path + 5 ms", Milliseconds(times.Goal), "", Ratio(times.Goal / times.CriticalPath));
        foreach ((string name, IReadOnlyList<double> runs) in new[]
        {
            ("AgentOrchestration, default options", times.Ours),
            ("Agent Framework workflow", times.AgentFramework),
            ("level by level", times.LevelByLevel),
            ("raw tasks that await each other", times.RawTasks),
        })
        {
            table.Add(name, Milliseconds(Statistics.Median(runs)), Milliseconds(runs.Max()), Ratio(times.RatioOf(runs)));
        }

        return $"""
            ## Unequal branches

            Three steps of 100 ms in a row beside one of 300 ms, then a join.

            {table}
            The goal is {(Statistics.Median(times.Ours) <= times.Goal ? "reached" : "not reached")}: {times.Ours.Count(run => run <= times.Goal)} of {repetitions} runs are within it.

            """;
    }

    private static async Task<string> RandomAsync(int repetitions, CancellationToken cancellationToken)
    {
        var table = new MarkdownTable(
            "seed", "critical path, ms", "ours, ms", "/ critical path", "Agent Framework, ms", "/ critical path", "raw tasks, ms", "/ critical path", "ours within 1.02 × + 5 ms");
        List<LatencyTimes> all = [];
        for (int seed = 1; seed <= RandomGraphs; seed++)
        {
            // Agent Framework has no limit on what runs at a time; here ours has none either.
            LatencyTimes times = await LatencyTimes.MeasureAsync(
                TimedGraph.Random(seed, RandomTasks), repetitions, options => options.Runs.MaxParallelism = RandomTasks, cancellationToken);
            all.Add(times);
            table.Add(
                seed.ToString(CultureInfo.InvariantCulture), Milliseconds(times.CriticalPath),
                Milliseconds(Statistics.Median(times.Ours)), Ratio(times.RatioOf(times.Ours)),
                Milliseconds(Statistics.Median(times.AgentFramework)), Ratio(times.RatioOf(times.AgentFramework)),
                Milliseconds(Statistics.Median(times.RawTasks)), Ratio(times.RatioOf(times.RawTasks)),
                Statistics.Median(times.Ours) <= times.Goal ? "yes" : "no");
        }

        table.Add(
            "mean", "", "", Ratio(all.Average(times => times.RatioOf(times.Ours))),
            "", Ratio(all.Average(times => times.RatioOf(times.AgentFramework))),
            "", Ratio(all.Average(times => times.RatioOf(times.RawTasks))),
            $"{all.Count(times => Statistics.Median(times.Ours) <= times.Goal)} of {all.Count}");
        return $"""
            ## Random plans

            {RandomTasks} tasks, each after none to three of the twelve before it; durations lognormal, median 30 ms, σ = 1, at most 400 ms; the seed
            makes both. As many workers as tasks. Medians of {repetitions} runs. The raw tasks show what the timers add: each fires up to a millisecond or
            more late.

            {table}
            """;
    }

    private static string Milliseconds(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    private static string Ratio(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
