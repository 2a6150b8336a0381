using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
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

    /// <summary>One for the plan and one for each section.</summary>
    private const int ModelCalls = 5;

    private static readonly int[] Workers = [5, 1];

    public static Command Create()
    {
        var repetitions = new Option<int>("--repetitions") { Description = "How often each is run.", DefaultValueFactory = _ => 5 };
        var markdown = new Option<FileInfo?>("--markdown") { Description = "Writes the table to this file too." };
        var command = new Command("report", "The market report against a model server with 200 ms per answer, with five workers and with one.") { repetitions, markdown };
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
        using var model = new OfflineModel();
        await using LoopbackModelServer server = await LoopbackModelServer.StartAsync(
            model, new LoopbackModelOptions { Latency = TimeSpan.FromSeconds(SecondsPerAnswer) });
        List<string> given = [];
        List<string> measured = [];
        foreach (int workers in Workers)
        {
            List<JsonElement> runs = [];
            for (int i = 0; i < repetitions; i++)
            {
                runs.Add(await RunOnceAsync(server, workers, cancellationToken));
            }

            given.Add(Row(workers, [.. runs.Select(run => ReportTimes.WithModelCallsOf(SecondsPerAnswer, run))]));
            measured.Add(Row(workers, [.. runs.Select(ReportTimes.Measured)]));
        }

        const string Heading = """
            | workers | first start to last end, s | work, s | critical path, s | bound, s | ratio | worst ratio |
            |---|---|---|---|---|---|---|
            """;
        return string.Create(CultureInfo.InvariantCulture, $"""
            # The market report against a model server with 200 ms per answer

            Each run is a fresh process; times are computed from the events in its `run.json`; median of {repetitions} by ratio.
            The bound is max(critical path, work / workers). Goal: at most 1.1 × the bound with 5 workers, 1.0 to 1.1 × with 1.
            {Environment.ProcessorCount} processors, {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}.
            Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- report`.

            Work and critical path with 200 ms for each of the {ModelCalls - 1} subtasks that ask the model, and the measured time of the others:

            {Heading}
            {string.Join('\n', given)}

            Work and critical path as measured:

            {Heading}
            {string.Join('\n', measured)}

            """);
    }

    private static string Row(int workers, IReadOnlyList<ReportTimes> runs)
    {
        ReportTimes median = runs.OrderBy(run => run.Ratio(workers)).ElementAt(runs.Count / 2);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {workers} | {median.Makespan:F3} | {median.Work:F3} | {median.CriticalPath:F3} | {median.Bound(workers):F3} | {median.Ratio(workers):F3} | {runs.Max(run => run.Ratio(workers)):F3} |");
    }

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
            int calls = server.Requests.Count - before;
            return process.ExitCode == 0 && calls == ModelCalls
                ? JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "run.json"), cancellationToken))
                : throw new InvalidOperationException($"The report ended with {process.ExitCode} after {calls} model calls:\n{screen}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
