using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Compare.Engines;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Benchmarks.Tables;
using AgentOrchestration.Graph;

namespace AgentOrchestration.Benchmarks.Simulator;

/// <summary>How many random runs the virtual-time host plays in a second, through the dispatch core that the executor uses.</summary>
internal static class SimulatorCommand
{
    private const int Tasks = 20;
    private const int Graphs = 1_000;
    private const int Goal = 50_000;

    public static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "How many runs a measurement plays.", DefaultValueFactory = _ => 400_000 };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/simulator.md." };
        var command = new Command("simulator", "Random runs in virtual time: how many in a second on all processors.") { runs, results };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            string text = await MeasureAsync(arguments.GetValue(runs), cancellationToken);
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("simulator.md", text, cancellationToken);
            }
        });
        return command;
    }

    private static async Task<string> MeasureAsync(int runs, CancellationToken cancellationToken)
    {
        await using OurLibrary library = OurLibrary.WithDelegate(TaskBody.Synchronous);
        TaskGraph[] graphs = [.. Enumerable.Range(0, Graphs).Select(seed => Checked(library, seed))];
        Func<int, SimulatedTotals>[] ways = [run => RandomRun.Play(graphs[run % Graphs], run), run => RandomRun.Play(Checked(library, run), run)];
        string[] names = ["over 1,000 graphs that were checked before", "each with a graph of its own, made and checked"];
        var table = new MarkdownTable($"{runs.ToString("N0", CultureInfo.InvariantCulture)} runs", "runs per second", "attempts per run", "failed attempts", "cancelled runs", "goal: ≥ 50,000 per second");
        for (int way = 0; way < ways.Length; way++)
        {
            Play(ways[way], runs / 4, cancellationToken);
            long start = Stopwatch.GetTimestamp();
            SimulatedTotals totals = Play(ways[way], runs, cancellationToken);
            double perSecond = runs / Stopwatch.GetElapsedTime(start).TotalSeconds;
            table.Add(
                names[way],
                perSecond.ToString("N0", CultureInfo.InvariantCulture),
                ((double)totals.Attempts / runs).ToString("F1", CultureInfo.InvariantCulture),
                ((double)totals.Failures / totals.Attempts).ToString("P0", CultureInfo.InvariantCulture),
                ((double)totals.Cancelled / runs).ToString("P0", CultureInfo.InvariantCulture),
                perSecond >= Goal ? "met" : "not met");
        }

        return $"""
            # Random runs in virtual time

            {Machine.Describe()}
            Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- simulator`.

            {Tasks} tasks, each after none to three of the twelve before it, lognormal durations; some attempts fail, some ignore that they are told to stop,
            some runs are cancelled: by seed. All processors play.

            {table}
            """;
    }

    private static TaskGraph Checked(OurLibrary library, int seed) => library.Check(OurLibrary.CreatePlan(TimedGraph.Random(seed, Tasks).Graph));

    private static SimulatedTotals Play(Func<int, SimulatedTotals> play, int runs, CancellationToken cancellationToken)
    {
        var sum = new SimulatedTotals(0, 0, 0);
        var gate = new Lock();
        Parallel.For(
            0,
            runs,
            new ParallelOptions { CancellationToken = cancellationToken },
            () => new SimulatedTotals(0, 0, 0),
            (run, _, totals) => totals + play(run),
            totals =>
            {
                lock (gate)
                {
                    sum += totals;
                }
            });
        return sum;
    }
}
