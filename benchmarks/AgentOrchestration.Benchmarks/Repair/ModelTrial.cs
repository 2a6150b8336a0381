using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>Plans that real models wrote: what is valid, what is repaired, what goes back.</summary>
internal static class ModelTrial
{
    public static async Task<ModelRow> RunAsync(string file, string toolsFile, CancellationToken cancellationToken)
    {
        string[] tools = [.. JsonElement.Parse(await File.ReadAllTextAsync(toolsFile, cancellationToken)).GetProperty("nodes").EnumerateArray().Select(tool => tool.GetProperty("id").GetString()!)];
        HashSet<string> known = [.. tools];
        var trial = new PlanTrial(tools.Select(ModelPlan.NameOf));
        int plans = 0, valid = 0, repaired = 0, sentBack = 0, notTold = 0;
        SortedDictionary<string, int> repairs = new(StringComparer.Ordinal);
        SortedDictionary<string, int> defects = new(StringComparer.Ordinal);
        string? example = null;
        foreach (ModelPlan written in ModelPlan.Read(file))
        {
            cancellationToken.ThrowIfCancellationRequested();
            plans++;
            (TaskPlan? plan, IReadOnlyList<PlanDiagnostic> diagnostics, IReadOnlyList<PlanRepair> repairsOfPlan) = await trial.TryAsync(written.Json.ToJsonString());
            Count(repairs, repairsOfPlan.Select(repair => $"{repair.Code}"));
            Count(defects, diagnostics.Select(diagnostic => $"{diagnostic.Code}"));
            example = repairsOfPlan.FirstOrDefault(repair => repair.Code == PlanRepairCode.ContradictingDependency)?.ToString() ?? example
                ?? repairsOfPlan.FirstOrDefault(repair => repair.Code == PlanRepairCode.MissingDependency)?.ToString();
            (valid, repaired, sentBack) = plan is null ? (valid, repaired, sentBack + 1) : repairsOfPlan.Count > 0 ? (valid, repaired + 1, sentBack) : (valid + 1, repaired, sentBack);
            HashSet<PlanDiagnosticCode> told = [.. diagnostics.Select(diagnostic => diagnostic.Code)];
            if (repairsOfPlan.Any(repair => repair.Code == PlanRepairCode.ContradictingDependency))
            {
                // A circle of links that the arguments break is told as what was believed.
                told.Add(PlanDiagnosticCode.Cycle);
            }

            notTold += ModelOracle.DefectsOf(written.Written, known).Count(defect => !told.Contains(defect));
        }

        return new ModelRow(Path.GetFileNameWithoutExtension(file), plans, valid, repaired, sentBack, notTold, repairs, defects) { Example = example };
    }

    private static void Count(SortedDictionary<string, int> counts, IEnumerable<string> ofOnePlan)
    {
        foreach (string code in ofOnePlan.Distinct())
        {
            counts[code] = counts.GetValueOrDefault(code) + 1;
        }
    }
}
