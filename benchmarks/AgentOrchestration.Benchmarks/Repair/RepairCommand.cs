using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>What becomes of damaged plans: repaired without a model, refused with the right diagnostic, or not to be told from sound ones.</summary>
internal static class RepairCommand
{
    private const string Requests = "ultratool-300.jsonl";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = $"The folder with {Requests}, model-*.jsonl and tools-*.json.", Required = true };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the rows to this file." };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/repair.md." };
        var command = new Command("repair", "Damaged plans and plans that real models wrote: repaired, refused, or undetectable.") { data, json, results };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            DirectoryInfo folder = arguments.GetValue(data)!;
            string requests = Path.Combine(folder.FullName, Requests);
            string[] models = folder.Exists ? [.. Directory.EnumerateFiles(folder.FullName, "model-*.jsonl").Order(StringComparer.Ordinal)] : [];
            if (!File.Exists(requests) || models.Length == 0)
            {
                await Console.Error.WriteLineAsync($"{folder.FullName} lacks {Requests} or model-*.jsonl. Give their folder with --data.");
                return 1;
            }

            RequestPlan[] plans = [.. RequestPlan.Read(requests)];
            IReadOnlyList<SpeedRow> speed = ReadingSpeed.Measure(plans);
            DamageReport damage = await DamageTrial.RunAsync(plans, cancellationToken);
            List<ModelRow> written = [];
            foreach (string model in models)
            {
                written.Add(await ModelTrial.RunAsync(model, ToolsOf(model), cancellationToken));
            }

            string text = Describe(plans.Length, damage, written, speed);
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(json) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(new { damage = damage.Rows, splits = damage.Splits, splits_that_differ = damage.SplitsThatDiffer, models = written, speed }, Indented), cancellationToken);
            }

            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("repair.md", text, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    /// <summary>The tools of <c>model-huggingface-….jsonl</c> stand in <c>tools-huggingface.json</c>.</summary>
    private static string ToolsOf(string model) =>
        Path.Combine(Path.GetDirectoryName(model)!, $"tools-{Path.GetFileName(model).Split('-')[1]}.json");

    private static string Describe(int plans, DamageReport damage, IReadOnlyList<ModelRow> written, IReadOnlyList<SpeedRow> speed)
    {
        DamageRow[] repairable = [.. damage.Rows.Where(row => row.Expected == nameof(Expectation.Repaired))];
        DamageRow[] detectable = [.. damage.Rows.Where(row => row.Expected == nameof(Expectation.Refused))];
        return $"""
            # Repair of plans

            {Machine.Describe()}
            Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- repair --data …/plans`.

            Each answer goes through the planner as an application has it, with a model that is never asked twice.

            ## Damage

            {plans} real requests as plans in the form that models write, each damaged once in each way, or as often as the way says. The seed is fixed.
            Repaired means: the plan is accepted, a repair is recorded, and every subtask has the type, the arguments and the dependencies it had; an estimate may be left out. Every other
            link of a plan is also an argument; the rest are order alone, and of those the plan that lacks one cannot be told from a sound plan.

            {DamageTable(damage.Rows)}
            | goal | figure | |
            |---|---|---|
            | ≥ 99 % of what is repairable is repaired, meaning kept | {Share(repairable.Sum(row => row.Repaired), repairable.Sum(row => row.Answers))}, worst kind {repairable.Min(row => Percent(row.Repaired, row.Answers)).ToString("F1", CultureInfo.InvariantCulture)} % | {Verdict(repairable.All(row => row.Repaired >= 0.99 * row.Answers))} |
            | nothing is accepted with another meaning, but what cannot be detected | {Number(damage.Rows.Where(row => row.Expected != nameof(Expectation.Undetectable)).Sum(row => row.Changed))} | {Verdict(damage.Rows.Where(row => row.Expected != nameof(Expectation.Undetectable)).All(row => row.Changed == 0))} |
            | 100 % of what is detectable is refused with the right diagnostic | {Share(detectable.Sum(row => row.RefusedRight), detectable.Sum(row => row.Answers))} | {Verdict(detectable.All(row => row.RefusedRight == row.Answers))} |
            | read in two pieces, cut at every byte, an answer says the same | {Number(damage.Splits)} cuts, {damage.SplitsThatDiffer} differ | {Verdict(damage.SplitsThatDiffer == 0)} |
            | from text to verdict: 99.9 % within 10 ms, all within 100 ms | {Number(damage.Verdicts.Count)} answers: {Milliseconds(damage.LongestOf(0.999))} ms, longest {Milliseconds(damage.LongestOf(1))} ms | {Verdict(damage.LongestOf(0.999).TotalMilliseconds <= 10 && damage.LongestOf(1).TotalMilliseconds <= 100)} |

            ## Plans that real models wrote

            {ModelTable(written)}
            A plan is counted once for each kind of repair or defect that it has, plans that are sent back included. "Not told" counts the defects that an oracle
            finds in the published form and no diagnostic names.

            {CodeTable("repair", written, row => row.Repairs)}
            {CodeTable("defect", written, row => row.Defects)}
            Where arguments and links disagree: {written.Select(row => row.Example).FirstOrDefault(example => example is not null) ?? "no plan here."}

            ## Reading

            All requests as one plan, after rounds to warm up; medians of rounds that take turns.

            {SpeedTable(speed)}
            """;
    }

    private static MarkdownTable DamageTable(IEnumerable<DamageRow> rows)
    {
        var table = new MarkdownTable("damage", "should be", "answers", "repaired", "accepted, changed", "refused rightly", "refused otherwise");
        foreach (DamageRow row in rows)
        {
            table.Add(row.Kind, row.Expected.ToLowerInvariant(), Number(row.Answers), Number(row.Repaired), Number(row.Changed), Number(row.RefusedRight), Number(row.RefusedOtherwise));
        }

        return table;
    }

    private static MarkdownTable ModelTable(IEnumerable<ModelRow> rows)
    {
        var table = new MarkdownTable("plans of", "plans", "valid as written", "repaired without a model", "sent back", "not told");
        foreach (ModelRow row in rows)
        {
            table.Add(row.Model, Number(row.Plans), Number(row.Valid), Number(row.Repaired), Number(row.SentBack), Number(row.NotTold));
        }

        return table;
    }

    private static MarkdownTable CodeTable(string what, IReadOnlyList<ModelRow> rows, Func<ModelRow, IReadOnlyDictionary<string, int>> counts)
    {
        var table = new MarkdownTable([what, .. rows.Select(row => row.Model)]);
        foreach (string code in rows.SelectMany(row => counts(row).Keys).Distinct().Order(StringComparer.Ordinal))
        {
            table.Add([code, .. rows.Select(row => Number(counts(row).GetValueOrDefault(code)))]);
        }

        return table;
    }

    private static MarkdownTable SpeedTable(IEnumerable<SpeedRow> rows)
    {
        var table = new MarkdownTable("", "MB/s", "time / serializer", "allocated bytes per byte", "goal: ≤ 2 × its time");
        foreach (SpeedRow row in rows)
        {
            table.Add(
                row.Reader,
                row.MegabytesPerSecond.ToString("F0", CultureInfo.InvariantCulture),
                row.Ratio.ToString("F2", CultureInfo.InvariantCulture),
                row.Allocated.ToString("F2", CultureInfo.InvariantCulture),
                Verdict(row.Ratio <= 2));
        }

        return table;
    }

    private static string Share(int part, int whole) => $"{Number(part)} of {Number(whole)}";

    private static double Percent(int part, int whole) => whole == 0 ? 100 : 100.0 * part / whole;

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("F2", CultureInfo.InvariantCulture);

    private static string Verdict(bool isMet) => isMet ? "met" : "not met";
}
