using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Work on a scripted model server in virtual time, plain and with what makes it cheaper: what it saves, and that it answers the same.</summary>
internal static class OptimizeCommand
{
    private static readonly IOptimizeWorkload[] Workloads =
    [
        new MapReduceBatches(),
        new TraceBatches(),
        new BranchBatches(),
        new RepeatedRequests(),
        new RateLimitedCalls(),
        new Stragglers(),
        new SharedPrefix(),
        new DeferredCalls(),
        new EarlyOrder(),
        new BrokenBatches(),
        new CostlyResults(),
    ];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var only = new Option<string?>("--only") { Description = "Runs only the workloads whose name begins with this." };
        var seeds = new Option<int>("--seeds") { Description = "How many seeds each workload is run with.", DefaultValueFactory = _ => 5 };
        var data = new Option<DirectoryInfo?>("--data") { Description = "The folder of traces and requests; workloads that need one are left out without it." };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the rows to this file." };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/optimize.md." };
        var command = new Command("optimize", "The same answer for less: requests, tokens, cost and time, plain and with each feature.") { only, seeds, data, json, results };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var settings = new OptimizeSettings(arguments.GetValue(seeds), arguments.GetValue(data));
            List<OptimizeRow> rows = [];
            foreach (IOptimizeWorkload workload in Workloads.Where(workload => workload.Name.StartsWith(arguments.GetValue(only) ?? "", StringComparison.OrdinalIgnoreCase)))
            {
                await Console.Error.WriteLineAsync(workload.Name);
                rows.AddRange(workload.Measure(settings));
            }

            string text = $"""
                # The same answer for less

                Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- optimize --data …`. Virtual time: the machine has no part in it.

                Every workload runs on a scripted model server, plain and with a feature, with {settings.Seeds} seeds; figures are means. Equal means: every subtask has
                the state and the output of the plain run, byte for byte, with every seed. Cost is in the unit of the prices: for a million tokens, input 1,
                output 5, read from the prompt cache 0.1, written to it 1.25.

                {Table(rows)}
                """;
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(json) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(rows, Indented), cancellationToken);
            }

            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("optimize.md", text, cancellationToken);
            }

            return rows.Any(row => row.Met is not null && !row.OutputsEqual) ? 1 : 0;
        });
        return command;
    }

    private static MarkdownTable Table(IReadOnlyList<OptimizeRow> rows)
    {
        var table = new MarkdownTable("workload", "feature", "requests", "tokens", "cost", "makespan, s", "outputs equal", "net saved", "goal", "");
        foreach (OptimizeRow row in rows)
        {
            table.Add(
                row.Workload,
                row.Feature,
                Text(row.Requests, "N1"),
                Text(row.Tokens, "N0"),
                row.Cost.ToString("F4", CultureInfo.InvariantCulture),
                Text(row.Makespan, "N1"),
                row.OutputsEqual ? "yes" : "**no**",
                row.NetSaved.ToString("F4", CultureInfo.InvariantCulture),
                row.Goal ?? "",
                row.Met switch { true => "met", false => "not met", null => "" });
        }

        return table;
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
