using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Forecasting;

/// <summary>Finds width that the limits of a run cannot use: work that is ready and waits for a worker or a pool, where that makes the run longer.</summary>
internal static class WidthReview
{
    /// <summary>How many ids a finding names.</summary>
    public const int MostIds = 20;

    /// <summary>Less than a twentieth of the run is within what any estimate is wrong by.</summary>
    private const double LeastShare = 0.05;

    public static IEnumerable<PlanFinding> Find(Forecast forecast)
    {
        if (forecast.Bottleneck is not { Kind: not BottleneckKind.CriticalPath } bottleneck || bottleneck.Costs < forecast.Makespan * LeastShare || bottleneck.Costs == TimeSpan.Zero)
        {
            yield break;
        }

        string[] waiting = [.. forecast.Subtasks.Where(subtask => subtask.Waited > TimeSpan.Zero).OrderByDescending(subtask => subtask.Waited).ThenBy(subtask => subtask.Id, StringComparer.Ordinal).Select(subtask => subtask.Id)];
        (string limit, string more) = bottleneck.Kind == BottleneckKind.Workers
            ? ($"at most {forecast.Workers.Capacity} subtasks run at a time", "a higher MaxParallelism")
            : ($"'{bottleneck.Pool}' has {forecast.Pools.First(pool => pool.Name == bottleneck.Pool).Capacity} and is used up", $"more of '{bottleneck.Pool}'");
        yield return new PlanFinding(
            PlanFindingCode.UnusableWidth, [.. waiting.Take(MostIds)],
            $"{waiting.Length} subtasks are ready and wait, because {limit}.",
            $"A narrower plan takes as long; only {more} makes it shorter. The gain is for as much as the plan can use.")
        {
            ExpectedGain = bottleneck.Costs,
            IsByEstimates = true,
        };
    }
}
