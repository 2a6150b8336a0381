using AgentOrchestration.Graph;
using AgentOrchestration.Scheduling.Search;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>A graph, its estimates and the pools as a scheduling problem. Times are in ticks.</summary>
internal static class GraphProblem
{
    // A sum of all durations that is safe to calculate with.
    private const long LongestInAll = long.MaxValue >> 10;

    public static SchedulingProblem Of(SchedulingContext context)
    {
        TaskGraph graph = context.Graph;
        string[] pools = [.. Enumerable.Range(0, graph.NeedVectors.Count).SelectMany(vector => graph.NeedVectors[vector].Amounts).Select(need => need.Name).Distinct(StringComparer.Ordinal)];
        var indices = pools.Index().ToDictionary(pool => pool.Item, pool => pool.Index, StringComparer.Ordinal);
        bool isParallelismLimited = context.MaxParallelism < graph.Count;
        long[] capacities = [.. pools.Select(pool => Math.Max(1, context.GetCapacity(pool) ?? long.MaxValue)), .. isParallelismLimited ? [context.MaxParallelism] : Array.Empty<long>()];
        (int, long)[] ofAll = isParallelismLimited ? [(pools.Length, 1L)] : [];
        (int, long)[][] needs = [.. Enumerable.Range(0, graph.NeedVectors.Count)
            .Select(vector => graph.NeedVectors[vector].Amounts.Select(need => (indices[need.Name], need.Amount)).Concat(ofAll).ToArray())];
        long longest = LongestInAll / graph.Count;
        return new SchedulingProblem(
            [.. context.Durations.Select(duration => Math.Clamp(duration.Ticks, 1, longest))],
            graph.Dependencies,
            Array.ConvertAll(graph.NeedVectorOf, vector => needs[vector]),
            capacities);
    }

    /// <summary>What the search must not be worse than: the critical path first, from the middle of each as the engine has it, from its end and from its start; and the plan's order.</summary>
    public static IReadOnlyList<long[]> UrgenciesOf(SchedulingContext context, SchedulingProblem problem)
    {
        long[] tails = problem.Tails();
        return
        [
            Array.ConvertAll(Enumerable.Range(0, problem.Count).ToArray(), index => -((2 * tails[index]) + problem.Durations[index])),
            Array.ConvertAll(tails, tail => -tail),
            Array.ConvertAll(Enumerable.Range(0, problem.Count).ToArray(), index => -(tails[index] + problem.Durations[index])),
            new long[context.Graph.Count],
        ];
    }
}
