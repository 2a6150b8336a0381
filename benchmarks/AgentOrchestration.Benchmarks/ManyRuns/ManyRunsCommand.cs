using System.CommandLine;
using System.Globalization;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.ManyRuns;

/// <summary>Many runs at once that share what there is too little of, beside semaphores.</summary>
internal static class ManyRunsCommand
{
    private const int Subtasks = 20;
    private const int TotalSubtasks = 200_000;
    private const int Few = 10;
    private const int Many = 10_000;
    private const double MostGrowth = 1.3;
    private const double MostTime = 1.15;

    private static readonly int[] Runs = [1, Few, 100, 1_000, Many];
    private static readonly int[] TimedRuns = [800, 2_000];
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    public static Command Create()
    {
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/many-runs.md." };
        var only = new Option<SharedLimit[]>("--only")
        {
            Description = "Only these limits, and nothing in time: --only TwoPools KeyLimit.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var command = new Command("many-runs", "1 to 10,000 runs at once that share a pool, two, or a limit, beside SemaphoreSlim; with its goals.") { results, only };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            List<ManyRunsRow> rows = [];
            SharedLimit[] wanted = arguments.GetValue(only)!;
            foreach (SharedLimit limit in wanted.Length > 0 ? wanted : SharedLimits.All)
            {
                foreach (int runs in Runs)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    rows.Add(await MeasureAsync(limit, runs));
                }
            }

            List<Goal> goals = [.. GoalsOf(rows)];
            foreach (int runs in wanted.Length > 0 ? [] : TimedRuns)
            {
                goals.Add(await TimeAsync(runs));
            }

            string text = Describe(rows, goals);
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("many-runs.md", text, cancellationToken);
            }
        });
        return command;
    }

    private static async Task<ManyRunsRow> MeasureAsync(SharedLimit limit, int runs)
    {
        ManyRunsCost ours = await ManyRunsMeter.MeasureAsync(body => new OurRuns(limit, Subtasks, body), runs, Subtasks, TotalSubtasks, TimeSpan.Zero);
        ManyRunsCost? semaphore = limit == SharedLimit.ReplenishingPool
            ? null
            : await ManyRunsMeter.MeasureAsync(body => new SemaphoreRuns(limit, Subtasks, body), runs, Subtasks, TotalSubtasks, TimeSpan.Zero);
        await Console.Error.WriteLineAsync(FormattableString.Invariant($"{limit}, {runs} runs: {ours}, semaphore: {semaphore}"));
        return new ManyRunsRow(limit, runs, ours, semaphore);
    }

    /// <summary>Many runs against one run of as many subtasks, each of a millisecond.</summary>
    private static async Task<Goal> TimeAsync(int runs)
    {
        int total = runs * Subtasks;
        ManyRunsCost many = await ManyRunsMeter.MeasureAsync(body => new OurRuns(SharedLimit.Pool, Subtasks, body), runs, Subtasks, total, Millisecond, rounds: 1);
        ManyRunsCost one = await ManyRunsMeter.MeasureAsync(body => new OurRuns(SharedLimit.Pool, total, body), 1, total, total, Millisecond, rounds: 1);
        ManyRunsCost semaphore = await ManyRunsMeter.MeasureAsync(body => new SemaphoreRuns(SharedLimit.Pool, Subtasks, body), runs, Subtasks, total, Millisecond, rounds: 1);
        return new Goal(
            "ours",
            $"runs of 20 subtasks of 1 ms on a pool of 8 take ≤ {MostTime} × the time of one run",
            many.Wall / one.Wall,
            MostTime,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{runs:N0} runs: {Seconds(many)}; one run of {total:N0}: {Seconds(one)}; `SemaphoreSlim`: {Seconds(semaphore)}"));

        string Seconds(ManyRunsCost cost) => string.Create(CultureInfo.InvariantCulture, $"{cost.Wall * total / 1e6:F1} s, {cost.Cpu:F1} µs of CPU a subtask");
    }

    private static IEnumerable<Goal> GoalsOf(List<ManyRunsRow> rows)
    {
        foreach (SharedLimit limit in rows.Select(row => row.Limit).Distinct())
        {
            ManyRunsCost few = rows.Single(row => row.Limit == limit && row.Runs == Few).Ours;
            ManyRunsCost many = rows.Single(row => row.Limit == limit && row.Runs == Many).Ours;
            yield return new Goal("ours", $"CPU of a subtask ≤ {MostGrowth} × from 10 to 10,000 runs", many.Cpu / few.Cpu, MostGrowth, SharedLimits.Describe(limit));
            yield return new Goal("ours", $"bytes of a subtask ≤ {MostGrowth} × from 10 to 10,000 runs", many.Bytes / few.Bytes, MostGrowth, SharedLimits.Describe(limit));
        }
    }

    private static string Describe(IReadOnlyList<ManyRunsRow> rows, IReadOnlyList<Goal> goals) => $"""
        # Many runs

        {Machine.Describe()}
        Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- many-runs`.

        Runs of {Subtasks} subtasks that do nothing but let others run, all started before the first subtask ends. For fewer runs at once more batches follow one another, so that
        each figure is of {Number(TotalSubtasks)} subtasks; the least of three rounds. `SemaphoreSlim`: the same subtasks as plain tasks with a semaphore for each limit, by hand,
        without order, fairness, failures, events or results. A pool that grows again has no counterpart there.

        ## Goals

        {All(goals)}
        {string.Join("\n", rows.GroupBy(row => row.Limit).Select(same => $"## {SharedLimits.Describe(same.Key)}\n\n{Table(same)}"))}
        """;

    private static MarkdownTable All(IReadOnlyList<Goal> goals)
    {
        var table = new MarkdownTable("goal", "at", "figure", "verdict");
        foreach (Goal goal in goals)
        {
            table.Add(goal.Text, goal.At, Number(goal.Figure), goal.IsMet ? goal.Verdict : $"**{goal.Verdict}**");
        }

        return table;
    }

    private static MarkdownTable Table(IEnumerable<ManyRunsRow> rows)
    {
        var table = new MarkdownTable(
            "runs at once", "wall, µs a subtask", "CPU, µs", "bytes", "`SemaphoreSlim`: wall, µs", "CPU, µs", "bytes", "ours to it: wall", "CPU", "bytes");
        foreach (ManyRunsRow row in rows)
        {
            ManyRunsCost ours = row.Ours;
            string[] beside = row.Semaphore is { } semaphore
                ?
                [
                    Number(semaphore.Wall), Number(semaphore.Cpu), Number(semaphore.Bytes),
                    Number(ours.Wall / semaphore.Wall), Number(ours.Cpu / semaphore.Cpu), Number(ours.Bytes / semaphore.Bytes),
                ]
                : ["", "", "", "", "", ""];
            table.Add([Number(row.Runs), Number(ours.Wall), Number(ours.Cpu), Number(ours.Bytes), .. beside]);
        }

        return table;
    }

    private static string Number(double value) => value.ToString(value < 100 ? "0.##" : "N0", CultureInfo.InvariantCulture);
}
