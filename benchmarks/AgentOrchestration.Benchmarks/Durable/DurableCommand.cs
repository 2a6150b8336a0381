using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>What it costs to remember runs in SQLite: time and bytes for each subtask, and the time to go on with a large run.</summary>
internal static class DurableCommand
{
    private const int WideConcurrency = 100;
    private const double MostBytes = 300;
    private const double MostMicroseconds = 100;
    private const double MostResumeSeconds = 1;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var json = new Option<FileInfo?>("--json") { Description = "Writes the rows to this file." };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/durable.md." };
        var quick = new Option<bool>("--quick") { Description = "Small sizes, once each: shows that it works, not how fast." };
        var postgres = new Option<bool>("--postgres") { Description = "PostgreSQL too: the server of the connection string in ORCHESTRATION_POSTGRES, or one that is started for it." };
        var only = new Option<bool>("--postgres-only") { Description = "PostgreSQL, and nothing else." };
        var command = new Command("durable", "What it costs to remember runs in SQLite and PostgreSQL, against Agent Framework with checkpoints in files, and how long a large run takes to resume.")
        {
            json, results, quick, postgres, only,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            DurableSizes sizes = arguments.GetValue(quick) ? DurableSizes.Quick : DurableSizes.Full;
            if (arguments.GetValue(only))
            {
                await Console.Out.WriteAsync(await PostgresSection.MeasureAsync(sizes, cancellationToken));
                return;
            }

            await new OurDurability(NewBed, WideConcurrency, sizes.WarmUpTasks, 1).MeasureAsync(sizes.WarmUps, cancellationToken);
            double flush = DiskFlush.Measure();
            List<DurableRow> byConcurrency = [];
            foreach ((int concurrency, int tasks) in sizes.ByConcurrency)
            {
                byConcurrency.Add(await MeasureOursAsync(concurrency, tasks, sizes, cancellationToken));
            }

            List<DurableRow> bySize = [];
            foreach (int tasks in sizes.BySize)
            {
                bySize.Add(await MeasureOursAsync(Math.Min(tasks, WideConcurrency), tasks, sizes, cancellationToken));
            }

            List<DurableRow> besides = [];
            foreach ((int concurrency, int tasks) in sizes.BesideAgentFramework)
            {
                besides.Add(await MeasureOursAsync(concurrency, tasks, sizes, cancellationToken));
                besides.Add(await new AgentFrameworkDurability(concurrency, tasks).MeasureAsync(sizes.Repetitions, cancellationToken));
            }

            ResumeTimes resume = await MeasureResumeAsync(sizes, cancellationToken);
            string text = $"""
                # Durable runs

                {Machine.Describe()} One flush of a page to this disk takes {Number(flush)} µs (median of 100).
                Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- durable{(arguments.GetValue(quick) ? " --quick" : "")}`.

                Subtasks that do nothing and return `{JsonSerializer.Serialize(Answer.Instance, JsonSerializerOptions.Web)}`, in layers as wide as the concurrency, each after three of the layer before it;
                layers of one are a chain. The same plan is run in memory and with `UseSqlite`, by turns; medians of {sizes.Repetitions}. *Overhead*: the difference,
                for each subtask. *Bytes*: the database after `VACUUM` and `wal_checkpoint(TRUNCATE)`, less the outputs as JSON, for each subtask; the plan with its
                dependencies and what is remembered of the run as a whole are in it; what is neither plan nor events is SQLite's and the hash chain's. *Files grown*: the database, its log and its mark when the runs have ended, before that;
                the log is used again after each checkpoint, so more than that was written. Small runs stand in one file by the number of *runs*.

                ## Goals

                {GoalTable.Describe(GoalsOf(byConcurrency, bySize, resume))}
                ## By concurrency

                {Table(byConcurrency)}
                ## By the size of a run

                {Table(bySize)}
                ## Beside Agent Framework

                The same graph with `FileSystemJsonCheckpointStore`, a checkpoint after every superstep, which it does not flush to the disk; we do. *Bytes*: all files
                in the folder of one run, less the outputs once.

                {Table(besides)}
                ## Resuming

                A run of {Number(resume.Tasks)} subtasks, all but the last committed, and one fresh host after another in the same process that goes on with it.

                {Table(resume)}
                {(arguments.GetValue(postgres) ? await PostgresSection.MeasureAsync(sizes, cancellationToken) : "")}
                """;
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(json) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize<DurableRow[]>([.. byConcurrency, .. bySize, .. besides], Indented), cancellationToken);
            }

            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("durable.md", text, cancellationToken);
            }
        });
        return command;
    }

    private static async Task<DurableRow> MeasureOursAsync(int concurrency, int tasks, DurableSizes sizes, CancellationToken cancellationToken)
    {
        // Narrow runs wait for the disk at every step; enough of them are fewer.
        int enough = concurrency < WideConcurrency && tasks > concurrency ? sizes.NarrowTasks : sizes.WideTasks;
        DurableRow row = await new OurDurability(NewBed, concurrency, tasks, Math.Max(1, enough / tasks)).MeasureAsync(sizes.Repetitions, cancellationToken);
        await Console.Error.WriteLineAsync(FormattableString.Invariant($"{concurrency} at once, {tasks} in a run: {row.MicrosecondsPerTask:N0} µs, {row.BytesPerTask:N0} bytes"));
        return row;
    }

    private static SqliteBed NewBed() => new();

    private static async Task<ResumeTimes> MeasureResumeAsync(DurableSizes sizes, CancellationToken cancellationToken)
    {
        await using SqliteBed bed = NewBed();
        return await ResumeTimes.MeasureAsync(bed, sizes.Resumed, sizes.Hosts, cancellationToken);
    }

    private static IEnumerable<Goal> GoalsOf(List<DurableRow> byConcurrency, List<DurableRow> bySize, ResumeTimes resume)
    {
        const string Of = DurableRow.Ours;
        foreach (DurableRow row in byConcurrency.Concat(bySize))
        {
            yield return new Goal(Of, "≤ 300 bytes for each subtask beside its output", row.BytesPerTask, MostBytes, At(row));
        }

        foreach (DurableRow row in byConcurrency.Concat(bySize).Where(row => row.Concurrency == WideConcurrency))
        {
            yield return new Goal(Of, "≤ 100 µs for each subtask, 100 at once", row.MicrosecondsPerTask, MostMicroseconds, At(row));
        }

        // The goal is a constant; noise is allowed for, growth with the run is not.
        const double Noise = 1.25;
        DurableRow reference = bySize.Last(row => row.Tasks <= bySize[^1].Tasks / 10);
        yield return new Goal(Of, "constant: µs at ten times the subtasks", bySize[^1].MicrosecondsPerTask / reference.MicrosecondsPerTask, Noise, At(bySize[^1]));
        yield return new Goal(Of, "constant: bytes at ten times the subtasks", bySize[^1].BytesPerTask / reference.BytesPerTask, Noise, At(bySize[^1]));
        yield return new Goal(Of, "≤ 1 s to resume", Statistics.Median(resume.Going), MostResumeSeconds, $"{Number(resume.Tasks)} subtasks");
    }

    private static MarkdownTable Table(IEnumerable<DurableRow> rows)
    {
        var table = new MarkdownTable("engine", "at once", "subtasks in a run", "runs", "in memory, µs", "overhead, µs", "bytes", "of them plan", "of them events", "files grown, bytes");
        foreach (DurableRow row in rows)
        {
            table.Add(
                row.Engine, Number(row.Concurrency), Number(row.Tasks), Number(row.Runs), Number(row.MicrosecondsInMemory),
                Number(row.MicrosecondsPerTask), Number(row.BytesPerTask),
                row.BytesOfPlan is { } plan ? Number(plan) : "", row.BytesOfEvents is { } events ? Number(events) : "", Number(row.BytesGrown));
        }

        return table;
    }

    internal static MarkdownTable Table(ResumeTimes resume)
    {
        var table = new MarkdownTable($"{resume.Going.Count} hosts", "first, s", "median, s", "worst, s");
        Add("from before the host is built to the first line of the last subtask", resume.Going);
        Add("of that, `ResumeAsync`", resume.Calls);
        Add("to read the journal from the store, alone", resume.Readings);
        Add("to check the plan, alone", resume.Checks);
        return table;

        void Add(string what, IReadOnlyList<double> times) => table.Add(what, Seconds(times[0]), Seconds(Statistics.Median(times)), Seconds(times.Max()));
    }

    internal static string At(DurableRow row) => $"{Number(row.Concurrency)} at once, {Number(row.Tasks)} in a run";

    internal static string Number(double value) => value.ToString(Math.Abs(value) < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture);

    private static string Seconds(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
