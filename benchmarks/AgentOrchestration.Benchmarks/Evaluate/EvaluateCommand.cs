using System.CommandLine;
using System.Globalization;
using AgentOrchestration.Benchmarks.Select;
using AgentOrchestration.Benchmarks.Tables;
using AgentOrchestration.Testing;

namespace AgentOrchestration.Benchmarks.Evaluate;

/// <summary>How well planners plan real requests, by the measures of TaskBench.</summary>
internal static class EvaluateCommand
{
    private const string Requests = "ultratool-300.jsonl";
    private const string Tools = "ultratool-tools.json";

    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = $"The folder with {Requests}, {Tools}, model-*.jsonl and tools-*.json, or the one above it.", Required = true };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/evaluate.md." };
        var command = new Command("evaluate", "Planners on real requests: valid plans, node F1 and edge F1 as TaskBench defines them, depth, tokens.") { data, results };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            string given = arguments.GetValue(data)!.FullName;
            string folder = Directory.Exists(Path.Combine(given, "plans")) ? Path.Combine(given, "plans") : given;
            string requests = Path.Combine(folder, Requests);
            if (!File.Exists(requests) || !File.Exists(Path.Combine(folder, Tools)))
            {
                await Console.Error.WriteLineAsync($"{folder} lacks {Requests} or {Tools}. Give their folder with --data.");
                return 1;
            }

            ToolSet ultratool = ToolSet.Ultratool(requests, Path.Combine(folder, Tools));
            List<EvaluationRow> rows =
            [
                await EvaluationTrial.RightPlansAsync(requests, ultratool, cancellationToken),
                await EvaluationTrial.SelectorAsync(requests, ultratool, cancellationToken),
            ];
            foreach (string plans in Directory.EnumerateFiles(folder, "model-*.jsonl").Order(StringComparer.Ordinal))
            {
                ToolSet tools = ToolSet.TaskBench(plans, Path.Combine(folder, $"tools-{Path.GetFileName(plans).Split('-')[1]}.json"));
                rows.Add(await EvaluationTrial.RecordedAsync(plans, tools, cancellationToken));
            }

            string text = Describe(rows);
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("evaluate.md", text, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    private static string Describe(IReadOnlyList<EvaluationRow> rows)
    {
        var table = new MarkdownTable("planner", "requests", "valid", "repaired", "node F1", "edge F1", "node F1, valid only", "edge F1, valid only", "mean depth", "tokens per request");
        foreach ((string planner, PlanEvaluationResult result) in rows)
        {
            table.Add(
                planner, Number(result.Plans.Count), Number(result.Valid), Number(result.Repaired), Score(result.Nodes), Score(result.Links), Score(result.NodesOfValid), Score(result.LinksOfValid),
                result.MeanDepth.ToString("F1", CultureInfo.InvariantCulture), Number(result.Plans.Count == 0 ? 0 : result.Tokens / result.Plans.Count));
        }

        return $"""
            # Planners on real requests

            {Machine.Describe()}
            Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- evaluate --data …`.

            `PlanEvaluation` of AgentOrchestration.Testing, with the application's own planner. Node F1 and edge F1 are those of TaskBench (`taskbench/evaluate.py` of microsoft/JARVIS: "Node
            Micro F1" and "Link Binary F1"). A request without a valid plan counts as planned nothing; TaskBench leaves such answers out ("valid only"). No live model runs here, so
            no row says how well one plans:

            - *The right plans* are those that people have named, written as a model would write them. They show that the measure gives 1 where all is right.
            - *Three best tools in a chain* is a planner without a model, to compare others with: what `ITaskTypeSelector` finds, before any plan was run.
            - *model-…* are plans that models wrote, against the same plans as they were written: what is lost is refused, and what is below 1 among the valid was changed by repairs.
              Nobody is asked again.

            Tokens are as the scripted model reports them, one for each word of prompt and answer: they compare rows, and are no price.

            {table}
            """;
    }

    private static string Score(PlanScore score) => score.F1.ToString("F3", CultureInfo.InvariantCulture);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
