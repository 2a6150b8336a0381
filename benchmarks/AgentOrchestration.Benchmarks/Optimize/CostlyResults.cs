using System.Globalization;
using System.Runtime.InteropServices;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Optimization;
using BitFaster.Caching.Lfu;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>
/// 100,000 requests for 10,000 results, some far more often than others, whose making costs between very little and a thousand times as much, with 1,000 results in memory.
/// </summary>
internal sealed class CostlyResults : IOptimizeWorkload
{
    private const int Results = 10_000;
    private const int Requests = 100_000;
    private const int Capacity = 1_000;

    public string Name => "W11 results of different cost";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings)
    {
        var comparison = new OptimizeComparison(Name, [.. settings.AllSeeds.Select(seed => Trial(seed, new LeastRecentlyUsed(Capacity)))]);
        yield return comparison.PlainRow("least recently used goes first");

        OptimizeTrial[] frequent = [.. settings.AllSeeds.Select(seed => Trial(seed, new ByFrequency(Capacity)))];
        yield return comparison.Row("W-TinyLFU", frequent, goal: null, isMet: null);

        OptimizeTrial[] ours = [.. settings.AllSeeds.Select(seed => Trial(seed, new ByCost(Capacity)))];
        double share = (double)(ours.Average(trial => trial.Cost) / comparison.PlainTrials.Average(trial => trial.Cost));
        yield return comparison.Row(
            "result cache", ours, string.Create(CultureInfo.InvariantCulture, $"cost of what is made again at most 0.8 of that of least recently used: {share:F2}"), share <= 0.8);
    }

    /// <summary>The requests are results that had to be made, and the cost is theirs.</summary>
    private static OptimizeTrial Trial(int seed, IKept kept)
    {
        var random = new SeededRandom((ulong)seed);
        var zipf = new ZipfNumbers(Results, exponent: 0.9);

        // What is asked for most often is not what costs most: costs are drawn apart from places.
        double[] costs = [.. Enumerable.Range(0, Results).Select(_ => random.Lognormal(median: 1, sigma: 1.15))];
        var answers = new HashCode();
        long made = 0;
        double cost = 0;
        for (int request = 0; request < Requests; request++)
        {
            int result = zipf.Next(random);
            if (kept.Find(result) is { } found)
            {
                answers.Add(found);
                continue;
            }

            made++;
            cost += costs[result];
            kept.Keep(result, costs[result]);
            answers.Add(result);
        }

        return new OptimizeTrial(made, 0, (decimal)cost, TimeSpan.Zero, answers.ToHashCode().ToString(CultureInfo.InvariantCulture));
    }

    private interface IKept
    {
        int? Find(int result);

        void Keep(int result, double cost);
    }

    private sealed class ByCost(int capacity) : IKept
    {
        private readonly LocalResults _results = new(capacity);

        public int? Find(int result) => _results.Find(KeyOf(result), now: 0) is { } content ? MemoryMarshal.Read<int>(content) : null;

        public void Keep(int result, double cost)
        {
            byte[] content = new byte[sizeof(int)];
            MemoryMarshal.Write(content, result);
            _results.Keep(KeyOf(result), content, cost, long.MaxValue);
        }

        private static string KeyOf(int result) => result.ToString(CultureInfo.InvariantCulture);
    }

    private sealed class ByFrequency(int capacity) : IKept
    {
        private readonly ConcurrentLfu<int, int> _results = new(1, capacity, new BitFaster.Caching.Scheduler.ForegroundScheduler(), EqualityComparer<int>.Default);

        public int? Find(int result) => _results.TryGet(result, out int found) ? found : null;

        public void Keep(int result, double cost) => _results.AddOrUpdate(result, result);
    }

    private sealed class LeastRecentlyUsed(int capacity) : IKept
    {
        private readonly LinkedList<int> _order = new();
        private readonly Dictionary<int, LinkedListNode<int>> _nodes = [];

        public int? Find(int result)
        {
            if (!_nodes.TryGetValue(result, out LinkedListNode<int>? node))
            {
                return null;
            }

            _order.Remove(node);
            _order.AddLast(node);
            return node.Value;
        }

        public void Keep(int result, double cost)
        {
            _nodes.Add(result, _order.AddLast(result));
            if (_nodes.Count > capacity)
            {
                _nodes.Remove(_order.First!.Value);
                _order.RemoveFirst();
            }
        }
    }
}
