using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Benchmarks.Tables;
using LoopbackModel;
using MarketReport.Models;

namespace AgentOrchestration.Benchmarks.Report;

/// <summary>
/// The market report as a process of its own, against a server on loopback that takes 200 ms per answer: how far the run is from the
/// best that its plan and its workers allow.
/// </summary>
internal static class ReportBenchmark
{
    private const double SecondsPerAnswer = 0.2;
    private const double Goal = 1.1;
    private const int Sections = 4;

    private static readonly int[] Workers = [5, 1];

    public static Command Create()
    {
        var repetitions = new Option<int>("--repetitions") { Description = "How often each is run.", DefaultValueFactory = _ => 5 };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/report.md." };
        var command = new Command("report", "The market report against a model server with 200 ms per answer, with five workers and with one.") { repetitions, results };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            string text = await RunAsync(arguments.GetValue(repetitions), cancellationToken);
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("report.md", text, cancellationToken);
            }
        });
        return command;
    }

    private static async Task<string> RunAsync(int repetitions, CancellationToken cancellationToken)
    {
        using var model = new OfflineModel();
        await using LoopbackModelServer server = await LoopbackModelServer.StartAsync(
            model, new LoopbackModelOptions { Latency = TimeSpan.FromSeconds(SecondsPerAnswer) });
        MarkdownTable given = CreateTable();
        MarkdownTable measured = CreateTable();
        foreach (int workers in Workers)
        {
            List<JsonElement> runs = [];
            for (int i = 0; i < repetitions; i++)
            {
                runs.Add(await RunOnceAsync(server, workers, cancellationToken));
            }

            AddRow(given, workers, [.. runs.Select(run => ReportTimes.WithModelCallsOf(SecondsPerAnswer, run))]);
            AddRow(measured, workers, [.. runs.Select(ReportTimes.Measured)]);
        }

        return $"""
            # The market report against a model server with 200 ms per answer

            {Machine.Describe()}
            Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- report`.

            Each run is a fresh process; times are computed from the events in its `run.json`; the median of {repetitions} runs by ratio. The bound is
            max(critical path, work / workers). Goal: at most 1.1 × the bound.

            Work and critical path with 200 ms for each of the {Sections} subtasks that ask the model, and the measured time of the others:

            {given}
            Work and critical path as measured:

            {measured}
            """;
    }

    private static MarkdownTable CreateTable() =>
        new("workers", "first start to last end, s", "work, s", "critical path, s", "bound, s", "ratio", "worst ratio", "within the goal");

    private static void AddRow(MarkdownTable table, int workers, IReadOnlyList<ReportTimes> runs)
    {
        ReportTimes median = runs.OrderBy(run => run.Ratio(workers)).ElementAt(runs.Count / 2);
        table.Add(
            workers.ToString(CultureInfo.InvariantCulture),
            Thousandths(median.Makespan),
            Thousandths(median.Work),
            Thousandths(median.CriticalPath),
            Thousandths(median.Bound(workers)),
            Thousandths(median.Ratio(workers)),
            Thousandths(runs.Max(run => run.Ratio(workers))),
            $"{runs.Count(run => run.Ratio(workers) <= Goal)} of {runs.Count}");
    }

    private static string Thousandths(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static async Task<JsonElement> RunOnceAsync(LoopbackModelServer server, int workers, CancellationToken cancellationToken)
    {
        int before = server.Requests.Count;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("report-benchmark-");
        try
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
            string[] arguments =
            [
                Path.Combine(AppContext.BaseDirectory, "MarketReport.dll"), "--model", "openai:loopback", "--out", folder.FullName,
                "--max-parallelism", workers.ToString(CultureInfo.InvariantCulture),
            ];
            Array.ForEach(arguments, start.ArgumentList.Add);
            start.Environment["OPENAI_BASE_URL"] = server.Endpoint.ToString();
            start.Environment["OPENAI_API_KEY"] = "none";
            using Process process = Process.Start(start)!;
            string screen = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);

            // One call for the plan; one more for a section would belie the 200 ms.
            int calls = server.Requests.Count - before - 1;
            return process.ExitCode == 0 && calls == Sections
                ? JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "run.json"), cancellationToken))
                : throw new InvalidOperationException($"The report ended with {process.ExitCode} after {calls} calls for sections:\n{screen}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
