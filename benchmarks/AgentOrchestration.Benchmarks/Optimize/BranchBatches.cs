using System.Text.Json;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Questions whose plan has two to five branches, each a search and a calculation, joined at the end; searches may share a request, whose answers come one by one.</summary>
internal sealed class BranchBatches : IOptimizeWorkload
{
    private const double Sigma = 0.5;
    private static readonly Dictionary<string, bool> TaskTypes = new() { ["search"] = true, ["calculate"] = false, ["answer"] = false };

    public string Name => "W3 questions of several branches";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings)
    {
        if (settings.Data?.EnumerateDirectories("plans").SelectMany(folder => folder.EnumerateFiles("parallelqa.json")).FirstOrDefault() is not { } file)
        {
            yield break;
        }

        int[] branches = [.. JsonDocument.Parse(File.ReadAllBytes(file.FullName)).RootElement.EnumerateArray().Select(question => question.GetProperty("branch").GetInt32())];
        OptimizeTrial[] alone = Run(1);
        OptimizeTrial[] together = Run(16);
        double ratio = together.Average(trial => trial.Makespan.TotalSeconds) / alone.Average(trial => trial.Makespan.TotalSeconds);
        double saved = 1 - (together.Sum(trial => trial.Requests + Others(trial)) / alone.Sum(trial => trial.Requests + Others(trial)));
        var comparison = new OptimizeComparison(Name, alone);
        yield return comparison.PlainRow("one by one");
        yield return comparison.Row(
            FormattableString.Invariant($"batches: {-saved:P1} of all calls, makespan {ratio - 1:+0.00 %;-0.00 %}"), together, "30 % fewer requests, makespan at most +1 %", saved >= 0.3 && ratio <= 1.01);

        OptimizeTrial[] Run(int maxSize) =>
        [
            .. from seed in settings.AllSeeds
               from branch in branches.Distinct().Order()
               let weight = branches.Count(other => other == branch)
               from repeat in Enumerable.Range(0, weight)
               select RunOne(branch, (seed * 1_000) + repeat, maxSize),
        ];
    }

    /// <summary>The calls that no feature changes.</summary>
    private static double Others(OptimizeTrial trial) => trial.Figures["calls"];

    private static OptimizeTrial RunOne(int branches, int seed, int maxSize)
    {
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            SubtaskRef[] searched = [.. Enumerable.Range(0, branches).Select(branch => BatchedWork.Add(plan, $"search-{branch}", "search", [], 3))];
            SubtaskRef[] calculated = [.. searched.Select((search, branch) => BatchedWork.Add(plan, $"calculate-{branch}", "calculate", [search], 2))];
            BatchedWork.Add(plan, "answer-0", "answer", calculated, 2);
        });
        OptimizeTrial trial = new BatchedWork(TaskTypes, id => BatchedWork.Vary(id.StartsWith("search", StringComparison.Ordinal) ? 3 : 2, seed, id, Sigma)) { AnswersAsTheyCome = true }.Run(plan, seed, maxSize, BatchHold.WhenOthersAreDue);
        return trial with { Figures = new Dictionary<string, double> { ["calls"] = branches + 1 } };
    }
}
