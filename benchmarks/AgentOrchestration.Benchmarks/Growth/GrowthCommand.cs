using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>What operations cost as the work grows, by CPU time and bytes. Fails when anything grows faster than it may.</summary>
internal static class GrowthCommand
{
    /// <summary>
    /// An operation above its limit is measured so often again, alone and after all others: a machine that is busy with something else adds to some
    /// sizes and not to others, for a while. All rounds count.
    /// </summary>
    private const int Repeats = 5;

    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "Ends within three minutes on two processors." };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/growth.md." };
        var only = new Option<string[]>("--only")
        {
            Description = "Only operations whose names contain one of these words: --only stores plans/edit.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var command = new Command("growth", "What operations cost at growing sizes, by CPU time and bytes. Fails when anything grows faster than it may.") { quick, results, only };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            if (!SteadyProcess.IsThis)
            {
                return await SteadyProcess.RunAsync(cancellationToken);
            }

            GrowthEffort effort = arguments.GetValue(quick) ? GrowthEffort.Quick : GrowthEffort.Full;
            string[] words = arguments.GetValue(only)!;
            GrowthOperation[] operations = [.. GrowthOperations.All.Where(operation => IsWanted(operation, words))];
            GrowthRow[] rows = new GrowthRow[operations.Length];
            for (int pass = 0; pass <= Repeats; pass++)
            {
                for (int i = 0; i < rows.Length; i++)
                {
                    if (rows[i] is { IsMet: true })
                    {
                        continue;
                    }

                    long began = Stopwatch.GetTimestamp();
                    GrowthRow row = await GrowthMeter.MeasureAsync(operations[i], effort, cancellationToken);
                    rows[i] = rows[i] is { } earlier ? earlier.With(row) : row;
                    await Console.Error.WriteLineAsync(Line(rows[i], Stopwatch.GetElapsedTime(began)));
                }
            }

            string text = Describe(effort, rows);
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("growth.md", text, cancellationToken);
            }

            GrowthRow[] missed = [.. rows.Where(row => !row.IsMet)];
            foreach (GrowthRow row in missed)
            {
                await Console.Error.WriteLineAsync($"{row.Operation.Name} grows too fast: {Verdict(row)}.");
            }

            return rows.Length == 0 || missed.Length > 0 ? 1 : 0;
        });
        return command;
    }

    private static bool IsWanted(GrowthOperation operation, string[] words) =>
        words.Length == 0 || words.Any(word => operation.Name.Contains(word, StringComparison.Ordinal));

    private static string Line(GrowthRow row, TimeSpan time) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.Operation.Name}: {string.Join(", ", row.Sizes.Zip(row.Costs, (size, cost) => $"{size:N0}: {cost.Cpu / 1000:N1} ms {cost.Bytes / 1024:N0} KiB"))}; {Verdict(row)} ({time.TotalSeconds:F1} s)");

    private static string Describe(GrowthEffort effort, GrowthRow[] rows) => $"""
        # Growth

        {Machine.Describe()}
        Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- {effort.Name}`.

        {rows.Length} operations, each at four sizes that take turns, with a collection before each. *CPU*: time of the whole process, collections included.
        *Bytes*: allocated by the whole process; where the name says *kept*, what is still reachable afterwards. Costs are the least of at least {effort.FewestRounds} rounds.
        An operation above a limit is measured up to {Repeats} times again, after all others, before the verdict; all its rounds count.

        The process collects after every half mebibyte and not beside the work, so that all sizes pay for collections alike.

        *Exponent*: the slope of log cost over log size, by least squares over the three largest sizes, so that what starting costs hides no growth; the median of the
        rounds. It must not exceed {Limits()}.

        {Met(rows)}

        {Table(rows)}
        """;

    private static string Limits() => string.Join(
        ", ", new[] { CostLimit.Linear, CostLimit.Sorting, CostLimit.Constant }.Select(limit => $"{Number(limit.MaxExponent)} where *{limit.Name}* is allowed"));

    private static string Met(GrowthRow[] rows) =>
        $"**{rows.Count(row => row.IsMet)} of {rows.Length} within their limits.**";

    private static MarkdownTable Table(GrowthRow[] rows)
    {
        var table = new MarkdownTable("operation", "sizes", "CPU exponent", "may be", "bytes exponent", "may be", "CPU at the largest, µs", "bytes at the largest", "per", "verdict");
        foreach (GrowthRow row in rows)
        {
            GrowthOperation operation = row.Operation;
            table.Add(
                operation.Name,
                $"{string.Join(", ", row.Sizes.Select(size => size.ToString("N0", CultureInfo.InvariantCulture)))} {operation.Grows}",
                Number(row.CpuExponent), operation.Cpu.Name,
                Number(row.BytesExponent), operation.Bytes.Name,
                Number(row.PerUnit(cost => cost.Cpu)), Number(row.PerUnit(cost => cost.Bytes)),
                operation.Unit ?? $"one of the {operation.Grows}",
                Verdict(row));
        }

        return table;
    }

    private static string Verdict(GrowthRow row) => (row.IsCpuMet, row.AreBytesMet) switch
    {
        (true, true) => "holds",
        (false, true) => $"**CPU {Number(row.CpuExponent)}**",
        (true, false) => $"**bytes {Number(row.BytesExponent)}**",
        _ => $"**CPU {Number(row.CpuExponent)}, bytes {Number(row.BytesExponent)}**",
    };

    private static string Number(double value) => value.ToString(Math.Abs(value) < 100 ? "0.##" : "N0", CultureInfo.InvariantCulture);
}
