using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Planning.Model;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>Real requests as plans, damaged in every way.</summary>
internal static class DamageTrial
{
    private const int Seed = 5;

    public static async Task<DamageReport> RunAsync(RequestPlan[] plans, CancellationToken cancellationToken)
    {
        var trial = new PlanTrial(plans.SelectMany(plan => plan.Tools).Distinct());
        List<DamageRow> rows = [];
        List<TimeSpan> verdicts = [];
        foreach (Damage damage in Damage.All)
        {
            rows.Add(await TryAsync(damage, plans, trial, verdicts, cancellationToken));
        }

        int splits = 0;
        int differ = 0;
        foreach (RequestPlan plan in plans)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] text = Encoding.UTF8.GetBytes($"Here:\n```json\n{plan.Text}\n```");
            string whole = Read(text, text.Length);
            for (int cut = 1; cut < text.Length; cut++, splits++)
            {
                differ += Read(text, cut) == whole ? 0 : 1;
            }
        }

        return new DamageReport(rows, splits, differ, [.. verdicts.Order()]);
    }

    private static async Task<DamageRow> TryAsync(Damage damage, RequestPlan[] plans, PlanTrial trial, List<TimeSpan> verdicts, CancellationToken cancellationToken)
    {
        int answers = 0, repaired = 0, changed = 0, right = 0, otherwise = 0;
        var random = new SeededRandom(Seed);
        foreach (RequestPlan plan in plans)
        {
            TaskPlan original = PlanAnswerReader.Read(plan.Text, new PlanLimits());
            foreach (string text in damage.Apply(plan, random))
            {
                cancellationToken.ThrowIfCancellationRequested();
                answers++;
                long began = Stopwatch.GetTimestamp();
                (TaskPlan? result, IReadOnlyList<PlanDiagnostic> diagnostics, IReadOnlyList<PlanRepair> repairs) = await trial.TryAsync(text);
                verdicts.Add(Stopwatch.GetElapsedTime(began));
                if (result is null)
                {
                    bool isRight = damage.Codes.Any(code => diagnostics.Any(diagnostic => diagnostic.Code == code));
                    (right, otherwise) = isRight ? (right + 1, otherwise) : (right, otherwise + 1);
                }
                else
                {
                    // A plan that has become another in silence is the worst that can happen; one that was repaired without a record is no better.
                    bool isKept = IsSame(original, result) && (damage.Expectation != Expectation.Repaired || repairs.Count > 0);
                    (repaired, changed) = isKept ? (repaired + 1, changed) : (repaired, changed + 1);
                }
            }
        }

        return new DamageRow(damage.Kind, $"{damage.Expectation}", answers, repaired, changed, right, otherwise);
    }

    /// <summary>The same subtasks with the same arguments, each after the same others. An estimate may be missing: it orders the work and limits nothing.</summary>
    private static bool IsSame(TaskPlan left, TaskPlan right) =>
        left.Subtasks.Count == right.Subtasks.Count
        && left.Subtasks.Zip(right.Subtasks).All(pair =>
            (Plain(pair.First.Id), pair.First.Name, pair.First.TaskType) == (Plain(pair.Second.Id), pair.Second.Name, pair.Second.TaskType)
            && (pair.Second.EstimatedDuration is null || pair.First.EstimatedDuration == pair.Second.EstimatedDuration)
            && pair.First.DependsOn.Select(Plain).ToHashSet().SetEquals(pair.Second.DependsOn.Select(Plain))
            && JsonElement.DeepEquals(Plain(pair.First.Arguments!.Value), Plain(pair.Second.Arguments!.Value)));

    /// <summary>An id without what a number cannot say.</summary>
    private static string Plain(string id) => id.Replace("step-", "", StringComparison.Ordinal);

    private static JsonElement Plain(JsonElement arguments) => JsonElement.Parse(JsonNode.Parse(arguments.GetRawText())!.ToJsonString().Replace("\"$output\":\"step-", "\"$output\":\"", StringComparison.Ordinal));

    private static string Read(byte[] text, int cut)
    {
        var reader = new PlanReader(new PlanLimits());
        reader.Append(text.AsSpan(0, cut));
        reader.Append(text.AsSpan(cut));
        PlanReadResult reading = reader.Complete();
        return $"{string.Join('\n', reading.Diagnostics)}\n{string.Join('\n', reading.Plan.Repairs)}\n{JsonSerializer.Serialize(reading.Plan)}";
    }
}
