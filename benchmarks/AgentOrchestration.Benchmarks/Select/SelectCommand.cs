using System.CommandLine;
using System.Globalization;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Select;

/// <summary>How well a few schemas are selected of many for a planning prompt, and what that saves.</summary>
internal static class SelectCommand
{
    private const string Requests = "ultratool-300.jsonl";
    private const string Tools = "ultratool-tools.json";
    private const int Shown = 50;
    private const double Goal = 0.92;

    private static readonly int[] Counts = [5, 10, 20, 50];

    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = $"The folder with {Requests} and {Tools}, or the one above it.", Required = true };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/select.md." };
        var command = new Command("select", "Planning with many task types: are the right ones among those whose schemas are shown, and how long is the prompt.") { data, results };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            string given = arguments.GetValue(data)!.FullName;
            string folder = Directory.Exists(Path.Combine(given, "plans")) ? Path.Combine(given, "plans") : given;
            if (!File.Exists(Path.Combine(folder, Requests)) || !File.Exists(Path.Combine(folder, Tools)))
            {
                await Console.Error.WriteLineAsync($"{folder} lacks {Requests} or {Tools}. Give their folder with --data.");
                return 1;
            }

            string text = await DescribeAsync(folder, cancellationToken);
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("select.md", text, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    private static async Task<string> DescribeAsync(string folder, CancellationToken cancellationToken)
    {
        ToolSet ultratool = ToolSet.Ultratool(Path.Combine(folder, Requests), Path.Combine(folder, Tools));
        ToolSet[] models =
        [
            .. Directory.EnumerateFiles(folder, "model-*.jsonl").Order(StringComparer.Ordinal)
                .Select(plans => ToolSet.TaskBench(plans, Path.Combine(folder, $"tools-{Path.GetFileName(plans).Split('-')[1]}.json"))),
        ];
        var recall = new MarkdownTable(["set", "tools", "requests", "selected by", .. Counts.Select(count => $"first {count}")]);
        double reached = 0;
        foreach (ToolSet set in (ToolSet[])[ultratool, .. models])
        {
            var plain = new ToolRegistry([.. set.Tools.Select(tool => tool with { Inputs = [], Outputs = [] })]);
            int all = set.Requests.Count - 1;
            await AddAsync("words and parts of words", plain, 0);
            await AddAsync("and the inputs of those found", set.Registry, 0);
            await AddAsync("words and 50 plans run before", plain, 50);
            await AddAsync("words and 100 plans run before", plain, 100);
            await AddAsync("words and all other plans", plain, all);
            double[] best = await AddAsync("all of it", set.Registry, all);
            reached = set == ultratool ? best[Array.IndexOf(Counts, Shown)] : reached;

            async Task<double[]> AddAsync(string way, ToolRegistry registry, int known)
            {
                double[] shares = await SelectionTrial.RecallAsync(set, registry, known, Counts, cancellationToken);
                recall.Add([set.Name, Number(set.Tools.Count), Number(set.Requests.Count), way, .. shares.Select(share => share.ToString("F3", CultureInfo.InvariantCulture))]);
                return shares;
            }
        }

        var prompts = new MarkdownTable("set", "answer requested as", "all schemas", $"{Shown} schemas", "share");
        foreach (PromptRow row in await PromptTrial.MeasureAsync(ultratool, Shown, cancellationToken))
        {
            prompts.Add(row.Set, row.Form, Number(row.All), Number(row.Selected), (row.Selected / row.All).ToString("F2", CultureInfo.InvariantCulture));
        }

        var growth = new MarkdownTable("task types", "index, once (ms)", "selection (ms)");
        foreach (GrowthRow row in await SelectionGrowth.MeasureAsync(ultratool, cancellationToken))
        {
            growth.Add(Number(row.TaskTypes), row.Index.TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture), row.Selection.TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture));
        }

        return $"""
            # Planning with many task types

            {Machine.Describe()}
            Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- select --data …`.

            ## Are the right task types among those that are shown?

            The share of requests for which **all** tools of the plan are among the first. A request never knows its own plan: with "all other plans", each is measured after
            all but its own were run. "Plans run before" are chosen by a fixed seed. In ultratool people have named the right tools; its tools have a name and about five words, and no
            schemas, so their data flow says nothing, and {ultratool.Requests.SelectMany(request => request.Tools).CountBy(tool => tool).Count(tool => tool.Value == 1)} of the tools are used by one request only, so that no other plan knows them. In TaskBench a model
            has chosen the tools, not always the right ones; its tools say of which kind their inputs and outputs are. No embeddings: no model runs here.

            {recall}
            | goal | figure | |
            |---|---|---|
            | all right tools of ultratool among {Shown}: ≥ {Goal.ToString("F2", CultureInfo.InvariantCulture)} | {reached.ToString("F3", CultureInfo.InvariantCulture)} | {(reached >= Goal ? "met" : "not met")} |

            The ways of ranking are fused by their places, and their constants are the usual ones of the literature or were set once; none was fitted to these sets.

            ## How long is the prompt?

            Tokens per planning call, messages and the schema of the answer together, counted with `o200k_base` (Microsoft.ML.Tokenizers); the mean of 50 requests. Ultratool's tools come
            without schemas: each has the smallest that makes sense, a list of values. Longer schemas save more. The names of all tools stay in the prompt, with one line each. A model
            that requests more schemas needs one more call, which repeats the prompt.

            {prompts}
            ## What does selecting cost?

            The tools of ultratool, again and again with a word of their own each, after 1,000 plans; medians of 7.

            {growth}
            """;
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
