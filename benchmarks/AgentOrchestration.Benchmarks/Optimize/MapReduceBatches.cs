using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>
/// 12 pages of different length, each fetched and then extracted, and a join; no limit on what runs at a time. Estimates are off by a factor with sigma 0.5; or there is
/// one estimate for all pages, so that nothing tells which of them takes longest.
/// </summary>
internal sealed class MapReduceBatches : IOptimizeWorkload
{
    private const int Pages = 12;
    private const double Sigma = 0.5;
    private const int SeedsPerSeed = 40;
    private static readonly Dictionary<string, double> Means = new() { ["fetch"] = 4, ["extract"] = 4, ["join"] = 2 };

    public string Name => "W1 map-reduce of 12";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings) =>
        [.. Measure(settings, "estimates off by 0.5", hasGoal: true, (seed, id) => BatchedWork.Vary(SecondsOf(seed, id), seed, $"estimate {id}", Sigma)),
         .. Measure(settings, "one estimate for all", hasGoal: false, (_, id) => Means[TypeOf(id)])];

    private IEnumerable<OptimizeRow> Measure(OptimizeSettings settings, string estimates, bool hasGoal, Func<int, string, double> estimateOf)
    {
        int[] seeds = [.. Enumerable.Range(1, settings.Seeds * SeedsPerSeed)];
        OptimizeTrial[] alone = Run(1, BatchHold.None);
        OptimizeTrial[] ready = Run(16, BatchHold.None);
        OptimizeTrial[] held = Run(16, BatchHold.WhenOthersAreDue);
        var comparison = new OptimizeComparison($"{Name}, {estimates}", alone);
        yield return comparison.PlainRow("one by one");
        yield return comparison.Row(Figures("what is ready", ready), ready, goal: null, isMet: null);
        yield return comparison.Row(
            Figures("held for known arrivals", held), held, hasGoal ? "at most 5 requests for the pages, makespan at most +0.5 %" : null,
            hasGoal ? held.Average(trial => trial.Requests) <= 5 && Ratio(held) <= 0.005 : null);

        OptimizeTrial[] Run(int maxSize, BatchHold hold) =>
        [
            .. seeds.Select(seed => new BatchedWork(
                new Dictionary<string, bool> { ["fetch"] = false, ["extract"] = true, ["join"] = false }, id => SecondsOf(seed, id)).Run(PlanOf(seed, estimateOf), seed, maxSize, hold)),
        ];

        double Ratio(OptimizeTrial[] trials) => (trials.Average(trial => trial.Makespan.TotalSeconds) / alone.Average(trial => trial.Makespan.TotalSeconds)) - 1;

        string Figures(string feature, OptimizeTrial[] trials) => FormattableString.Invariant($"{feature}: makespan {100 * Ratio(trials):+0.00;-0.00} %");
    }

    private static TaskPlan PlanOf(int seed, Func<int, string, double> estimateOf) => TaskPlan.Create(plan =>
    {
        SubtaskRef[] fetched = [.. Enumerable.Range(0, Pages).Select(page => Add($"fetch-{page}", []))];
        SubtaskRef[] extracted = [.. fetched.Select((fetch, page) => Add($"extract-{page}", [fetch]))];
        Add("join-all", extracted);

        SubtaskRef Add(string id, IEnumerable<SubtaskRef> after) => BatchedWork.Add(plan, id, TypeOf(id), after, estimateOf(seed, id));
    });

    private static double SecondsOf(int seed, string id) => BatchedWork.Vary(Means[TypeOf(id)], seed, id, Sigma);

    private static string TypeOf(string id) => id[..id.IndexOf('-', StringComparison.Ordinal)];
}
