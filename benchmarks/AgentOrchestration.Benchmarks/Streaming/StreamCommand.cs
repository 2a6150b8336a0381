using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Streaming;

/// <summary>Questions that branch, answered while their plan is still being written: what it gains at which speed.</summary>
internal static class StreamCommand
{
    private static readonly double[] Speeds = [10, 15, 20, 40, 80, 160];
    private static readonly double[] ToolTimes = [0.5, 1, 2, 3, 4];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var data = new Option<FileInfo>("--data") { Description = "A JSON file of questions with their number of branches.", Required = true };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the rows to this file." };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/stream.md." };
        var command = new Command("stream", "Questions that branch: one step after another, plan then run, and begun while the plan is written.") { data, json, results };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            FileInfo file = arguments.GetValue(data)!;
            if (!file.Exists)
            {
                await Console.Error.WriteLineAsync($"{file.FullName} does not exist. Give a JSON file of questions with --data.");
                return 1;
            }

            BranchedQuestion[] questions = BranchedQuestion.Read(file);
            StreamRow[] rows = [.. Speeds.SelectMany(speed => ToolTimes.SelectMany(tool => Measure(questions, speed, tool)))];
            string text = $"""
                # Plans that begin while they are written

                Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- stream --data …/parallelqa.json`. Virtual time: the
                machine has no part in it.

                {questions.Length} questions of 2 to 5 branches, each a search and a calculation, and one answer from all of them. A scripted model writes the plan, its
                first token after {StreamedAnswer.Latency.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s, four characters to a token; tools take lognormal times of the given median, σ = {StreamedAnswer.Spread.ToString(CultureInfo.InvariantCulture)}, one seed per question. One by
                one: the model writes a step, waits for its tool, and writes the next, each with its own first token to wait for. Lower bound: each step
                begins when its object is closed and what it depends on is done. All tools are declared `Pure`: what reads would wait for the whole plan.

                {Table(rows)}
                ## By branches, at 20 tokens in a second and tools of 2 s

                {ByBranches([.. rows.Where(row => row is { TokensPerSecond: 20, ToolSeconds: 2 })])}

                """;
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(json) is { } rowsFile)
            {
                await File.WriteAllTextAsync(rowsFile.FullName, JsonSerializer.Serialize(rows, Indented), cancellationToken);
            }

            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("stream.md", text, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    private static IEnumerable<StreamRow> Measure(BranchedQuestion[] questions, double speed, double tool) =>
        questions.GroupBy(question => question.Branches).OrderBy(group => group.Key).SelectMany(group =>
        {
            StreamedAnswer[] answers = [.. group.Select(question => new StreamedAnswer(question, speed, tool))];
            double bound = answers.Average(answer => answer.LowerBound().TotalSeconds);
            return new[]
            {
                new StreamRow(group.Key, "one-by-one", speed, tool, answers.Average(answer => answer.OneByOne().TotalSeconds), bound),
                new StreamRow(group.Key, "plan-then-run", speed, tool, answers.Average(answer => answer.Run(startsEarly: false).TotalSeconds), bound),
                new StreamRow(group.Key, "streamed", speed, tool, answers.Average(answer => answer.Run(startsEarly: true).TotalSeconds), bound),
            };
        });

    private static MarkdownTable Table(StreamRow[] rows)
    {
        var table = new MarkdownTable("tokens per second", "tool, s", "one by one, s", "plan then run, s", "streamed, s", "streamed against one by one", "against plan then run", "to the lower bound");
        foreach (IGrouping<(double, double), StreamRow> setting in rows.GroupBy(row => (row.TokensPerSecond, row.ToolSeconds)))
        {
            Add(table, [Text(setting.Key.Item1, "N0"), Text(setting.Key.Item2, "0.#")], [.. setting]);
        }

        return table;
    }

    private static MarkdownTable ByBranches(StreamRow[] rows)
    {
        var table = new MarkdownTable("branches", "one by one, s", "plan then run, s", "streamed, s", "streamed against one by one", "against plan then run", "to the lower bound");
        foreach (IGrouping<int, StreamRow> group in rows.GroupBy(row => row.Branches))
        {
            Add(table, [Text(group.Key, "N0")], [.. group]);
        }

        return table;
    }

    /// <summary>Means over the shapes.</summary>
    private static void Add(MarkdownTable table, string[] setting, StreamRow[] rows)
    {
        double oneByOne = Mean("one-by-one");
        double planThenRun = Mean("plan-then-run");
        double streamed = Mean("streamed");
        table.Add(
        [
            .. setting, Text(oneByOne, "F2"), Text(planThenRun, "F2"), Text(streamed, "F2"), Text(oneByOne / streamed, "F2"), Text(planThenRun / streamed, "F2"),
            Text(streamed / rows.Average(row => row.LowerBoundSeconds), "F3"),
        ]);

        double Mean(string method) => rows.Where(row => row.Method == method).Average(row => row.MakespanSeconds);
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
