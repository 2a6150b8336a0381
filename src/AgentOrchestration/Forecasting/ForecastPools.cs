using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Forecasting;

/// <summary>The pools that the subtasks of a graph need anything of, ordered by name.</summary>
internal sealed class ForecastPools
{
    private readonly GrowingGraph _graph;
    private readonly (int Pool, long Amount)[][] _byVector;

    public ForecastPools(GrowingGraph graph, IReadOnlyDictionary<string, long> capacities, IReadOnlyList<ResourcePoolSnapshot> pools)
    {
        _graph = graph;
        ResourceRequirements[] vectors = [.. graph.NeedVectorOf.Take(graph.Count).Distinct().Select(vector => graph.NeedVectors[vector])];
        Names = [.. vectors.SelectMany(needs => needs.Amounts).Select(need => need.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Dictionary<string, ResourcePoolSnapshot> byName = new(StringComparer.Ordinal);
        foreach (ResourcePoolSnapshot pool in pools)
        {
            byName.TryAdd(pool.Name, pool);
        }

        AtStart = [.. Names.Select(name => byName.GetValueOrDefault(name))];
        Capacities = [.. Names.Select(name => capacities[name])];
        _byVector = [.. Enumerable.Range(0, graph.NeedVectors.Count).Select(vector => NeedsOf(graph.NeedVectors[vector]))];
        LargestNeeds = new long[Names.Length];
        foreach ((int pool, long amount) in vectors.SelectMany(NeedsOf))
        {
            LargestNeeds[pool] = Math.Max(LargestNeeds[pool], amount);
        }
    }

    public string[] Names { get; }

    /// <summary>Each pool as it is at the start; what the ledger does not show is as limits are.</summary>
    public ResourcePoolSnapshot[] AtStart { get; }

    public long[] Capacities { get; }

    /// <summary>Of each pool the most that one subtask holds.</summary>
    public long[] LargestNeeds { get; }

    public int VectorCount => _byVector.Length;

    public (int Pool, long Amount)[] OfVector(int vector) => _byVector[vector];

    public (int Pool, long Amount)[] Of(int subtask) => _byVector[_graph.NeedVectorOf[subtask]];

    /// <summary>What a subtask holds while it runs and gives back.</summary>
    public IEnumerable<(int Pool, long Amount)> ReusableOf(int subtask) => Of(subtask).Where(need => IsReusable(need.Pool));

    public bool IsReusable(int pool) => AtStart[pool].Kind == ResourcePoolKind.Reusable;

    /// <summary>The limit of a task type has a name made for the ledger; this is the one for people.</summary>
    public static string DisplayNameOf(string name)
    {
        if (!ConcurrencyLimit.IsLimit(name))
        {
            return name;
        }

        string[] parts = name.Split(':', 4);
        return parts.Length < 4 ? $"MaxConcurrency of {parts[2]}" : $"MaxConcurrency of {parts[2]} ({parts[3]})";
    }

    private (int Pool, long Amount)[] NeedsOf(ResourceRequirements needs) =>
        [.. needs.Amounts.Select(need => (Array.BinarySearch(Names, need.Name, StringComparer.Ordinal), need.Amount)).Where(need => need.Item1 >= 0)];
}
