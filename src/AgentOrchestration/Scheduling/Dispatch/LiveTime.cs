using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks.Endpoints;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// How long everything that has not ended takes at most when nothing waits for a batch endpoint: the longest chain, plus all work divided by the workers, plus for each pool the
/// work that needs it divided by what there is of it, or the time that a model's endpoint needs for its requests and tokens, which no list schedule exceeds. Twice that, because estimates are wrong and others may hold what is needed.
/// Source: Garey, Graham, Bounds for multiprocessor scheduling with resource constraints (1975).
/// </summary>
/// <param name="context">The run.</param>
/// <param name="ledger">What there is of resources.</param>
internal sealed class LiveTime(DispatchContext context, AttemptLimiter ledger)
{
    private const double Safety = 2;
    private const double Spreads = 1.645;
    private const double UsualSpread = 0.5;
    private const long Unknown = TimeSpan.TicksPerMinute;
    private const long AtLeast = 2 * TimeSpan.TicksPerMinute;
    private const int PartThatEnds = 10;

    private readonly EndpointLoads _loads = new(context);
    private IReadOnlyList<ResourcePoolSnapshot>? _pools;
    private int _open = -1;
    private int _count;
    private int _deferred;

    /// <summary>Asked for how long a model's endpoint needs for what is left. Default: nothing is known of it.</summary>
    public Func<string, EndpointLoad, TimeSpan> TimeAt { get; set; } = static (_, _) => TimeSpan.Zero;

    /// <summary>
    /// Gets the time, in ticks. It is looked at anew when a tenth of the subtasks has ended, when some were added, and when it is known of another tenth what they ask.
    /// </summary>
    public long Ticks
    {
        get
        {
            int open = context.State.Open;
            if (context.Graph.Count != _count || open > _open || open <= _open - Math.Max(1, _open / PartThatEnds) || _loads.Deferred >= _deferred + Math.Max(1, open / PartThatEnds))
            {
                (_open, _count, _deferred) = (open, context.Graph.Count, _loads.Deferred);
                field = AtLeast + (long)Math.Min(Safety * Measure(), TimeSpan.FromDays(366).Ticks);
            }

            return field;
        }
    }

    /// <summary>A subtask has deferred calls.</summary>
    public void Expect(int subtask, EndpointLoad load) => _loads.Expect(subtask, load);

    /// <summary>Follows a fact of the run.</summary>
    public void Observe(in RunFact fact) => _loads.Observe(fact);

    private double Measure()
    {
        GrowingGraph graph = context.Graph;
        double[] lengths = new double[graph.Count];
        double work = 0;
        var pools = new Dictionary<string, double>(StringComparer.Ordinal);
        var endpoints = new Dictionary<string, EndpointLoad>(StringComparer.Ordinal);
        for (int subtask = 0; subtask < graph.Count; subtask++)
        {
            if (context.State.IsOpen(subtask) && !graph.SubtaskAt(subtask).IsComposite)
            {
                lengths[subtask] = LengthOf(subtask);
                work += lengths[subtask];
                Add(pools, subtask, lengths[subtask]);
                if (graph.TaskTypes[subtask].Options.Endpoint is { } endpoint)
                {
                    endpoints[endpoint] = endpoints.GetValueOrDefault(endpoint).Plus(_loads.Of(subtask));
                }
            }
        }

        foreach ((string endpoint, EndpointLoad load) in endpoints)
        {
            // Its requests are a pool of the same name.
            pools[endpoint] = Math.Max(pools.GetValueOrDefault(endpoint), TimeAt(endpoint, load).Ticks);
        }

        return LongestChain(graph, lengths) + (work / context.Options.MaxParallelism) + pools.Values.Sum();
    }

    /// <summary>What nineteen of twenty attempts of its task type take.</summary>
    private double LengthOf(int subtask)
    {
        Subtask what = context.Graph.SubtaskAt(subtask);
        return (context.Observed?.Expect(what) ?? what.EstimatedDuration) is { Ticks: > 0 } expected
            ? expected.Ticks * Math.Exp(Spreads * (context.Observed?.SpreadOf(what) ?? UsualSpread))
            : context.Graph.Policies[subtask].Timeout?.Ticks ?? Unknown;
    }

    private void Add(Dictionary<string, double> pools, int subtask, double length)
    {
        foreach ((string pool, long amount) in ledger.AmountsOf(context.Graph.NeedVectors[context.Graph.NeedVectorOf[subtask]]))
        {
            double? time = PeriodOf(pool) is { } period ? amount * (double)period.Ticks / Math.Max(1, ledger.GetCapacity(pool) ?? 1)
                : ledger.CapacityToReturn(pool) is { } capacity ? length * amount / Math.Max(1, capacity)
                : null;
            if (time is { } more)
            {
                pools[pool] = pools.GetValueOrDefault(pool) + more;
            }
        }
    }

    /// <summary>In which time a pool that replenishes is full again; <see langword="null"/> for any other.</summary>
    private TimeSpan? PeriodOf(string pool)
    {
        foreach (ResourcePoolSnapshot known in _pools ??= ledger.Snapshot())
        {
            if (known.Name == pool)
            {
                return known.Period;
            }
        }

        return null;
    }

    private static double LongestChain(GrowingGraph graph, double[] lengths)
    {
        int[] waitsFor = new int[graph.Count];
        double[] ends = new double[graph.Count];
        var next = new Queue<int>();
        for (int subtask = 0; subtask < graph.Count; subtask++)
        {
            waitsFor[subtask] = graph.Dependencies[subtask].Length;
            if (waitsFor[subtask] == 0)
            {
                next.Enqueue(subtask);
            }
        }

        double longest = 0;
        while (next.TryDequeue(out int subtask))
        {
            ends[subtask] += lengths[subtask];
            longest = Math.Max(longest, ends[subtask]);
            foreach (int successor in graph.PlannedSuccessors(subtask))
            {
                Follow(successor, ends[subtask]);
            }

            graph.AddedSuccessors(subtask)?.ForEach(successor => Follow(successor, ends[subtask]));
        }

        return longest;

        void Follow(int successor, double end)
        {
            ends[successor] = Math.Max(ends[successor], end);
            if (--waitsFor[successor] == 0)
            {
                next.Enqueue(successor);
            }
        }
    }
}
