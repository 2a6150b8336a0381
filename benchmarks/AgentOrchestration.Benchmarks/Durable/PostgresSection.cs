using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Tables;
using AgentOrchestration.Tests.PostgreSql;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>What it costs to remember runs in PostgreSQL, on the server that the environment names or on one that is started here.</summary>
internal static class PostgresSection
{
    private const string Variable = "ORCHESTRATION_POSTGRES";
    private const string Of = DurableRow.OurPostgres;

    public static async Task<string> MeasureAsync(DurableSizes sizes, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            return await MeasureAsync(given, $"The server that {Variable} names.", sizes, cancellationToken);
        }

        await using PostgresServer server = await PostgresServer.StartAsync();
        return await MeasureAsync(server.ConnectionString(), "A server on the same machine with its default settings, but for `max_wal_size`.", sizes, cancellationToken);
    }

    private static async Task<string> MeasureAsync(string connectionString, string server, DurableSizes sizes, CancellationToken cancellationToken)
    {
        await new OurDurability(NewBed, 100, sizes.WarmUpTasks, 1).MeasureAsync(sizes.WarmUps, cancellationToken);
        List<DurableRow> rows = [];
        foreach ((int concurrency, int tasks) in sizes.OnPostgres)
        {
            int enough = concurrency < 100 ? sizes.NarrowTasks : sizes.WideTasks;
            rows.Add(await new OurDurability(NewBed, concurrency, tasks, Math.Max(1, enough / tasks)).MeasureAsync(sizes.Repetitions, cancellationToken));
            await Console.Error.WriteLineAsync(FormattableString.Invariant(
                $"PostgreSQL, {concurrency} at once, {tasks} in a run: {rows[^1].MicrosecondsPerTask:N0} µs, {rows[^1].BytesPerTask:N0} bytes"));
        }

        await using DurableBed bed = NewBed();
        ResumeTimes resume = await ResumeTimes.MeasureAsync(bed, sizes.Resumed, sizes.Hosts, cancellationToken);
        return $"""

            ## PostgreSQL

            The same with `UsePostgres`. {server} *Bytes*: tables, their indexes and what they keep aside, after `VACUUM FULL`. *Dead rows*: versions of rows that each
            append leaves to vacuum; *in the page*: the share of new versions that are in the page of the old one and in no index (HOT).

            {GoalTable.Describe(GoalsOf(rows, resume))}
            {Table(rows)}
            {DurableCommand.Table(resume)}
            """;

        DurableBed NewBed() => new PostgresBed(connectionString);
    }

    private static IEnumerable<Goal> GoalsOf(List<DurableRow> rows, ResumeTimes resume)
    {
        foreach (DurableRow row in rows)
        {
            (string goal, double limit) = row.Concurrency switch
            {
                1 => ("≤ 1,500 µs for each subtask of a chain", 1_500d),
                < 1_000 => ("≤ 60 µs for each subtask, 100 at once", 60d),
                _ => ("≤ 30 µs for each subtask, 1,000 at once", 30d),
            };
            if (row.Concurrency is 1 or >= 100)
            {
                yield return new Goal(Of, goal, row.MicrosecondsPerTask, limit, DurableCommand.At(row));
            }

            yield return new Goal(Of, "≤ 300 bytes for each subtask beside its output", row.BytesPerTask, 300, DurableCommand.At(row));
            yield return new Goal(Of, "≤ 1.1 dead rows for each append", row.DeadRowsPerAppend!.Value, 1.1, DurableCommand.At(row));
        }

        yield return new Goal(Of, "≤ 1.5 s to resume", Statistics.Median(resume.Going), 1.5, $"{DurableCommand.Number(resume.Tasks)} subtasks");
    }

    private static MarkdownTable Table(IEnumerable<DurableRow> rows)
    {
        var table = new MarkdownTable(
            "at once", "subtasks in a run", "runs", "in memory, µs", "overhead, µs", "bytes", "of them plan", "of them events", "grown, bytes", "dead rows for each append", "in the page");
        foreach (DurableRow row in rows)
        {
            table.Add(
                DurableCommand.Number(row.Concurrency), DurableCommand.Number(row.Tasks), DurableCommand.Number(row.Runs), DurableCommand.Number(row.MicrosecondsInMemory),
                DurableCommand.Number(row.MicrosecondsPerTask), DurableCommand.Number(row.BytesPerTask), DurableCommand.Number(row.BytesOfPlan!.Value),
                DurableCommand.Number(row.BytesOfEvents!.Value), DurableCommand.Number(row.BytesGrown),
                FormattableString.Invariant($"{row.DeadRowsPerAppend:0.00}"), FormattableString.Invariant($"{row.ShareInPage:P0}"));
        }

        return table;
    }
}
