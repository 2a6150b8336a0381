using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// What a forecast is made from. The run that it simulates goes through the dispatch core as a real one does; only how long attempts take
/// is made up. Immutable.
/// </summary>
internal sealed record ForecastModel
{
    /// <summary>How far attempts of a task type that was never observed lie around their estimates: two thirds within a factor of 1.65.</summary>
    public const double DefaultSpread = 0.5;

    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(1);

    private readonly long _mean;
    private readonly long _longest;

    public ForecastModel(TaskGraph graph, ObservedDurations observed)
    {
        Graph = graph;
        Observed = observed;
        TimeSpan[] known = [.. SubtasksIn(graph.Plan).Where(subtask => subtask.Plan is null).Select(observed.Expect).OfType<TimeSpan>()];
        _mean = known.Length == 0 ? Unknown.Ticks : (long)known.Average(expected => (double)expected.Ticks);

        // However many there are, one after another they end before ticks do.
        _longest = Math.Min(ObservedDurations.Longest.Ticks, long.MaxValue / 16 / Math.Max(1, SubtasksIn(graph.Plan).Count()));
    }

    public TaskGraph Graph { get; }

    public ObservedDurations Observed { get; }

    public required RunOptions Options { get; init; }

    /// <summary>How many subtasks run at a time.</summary>
    public required int Workers { get; init; }

    /// <summary>The pools that the ledger shows, as they are.</summary>
    public required IReadOnlyList<ResourcePoolSnapshot> Pools { get; init; }

    /// <summary>All there is of each pool and each limit.</summary>
    public required IReadOnlyDictionary<string, long> Capacities { get; init; }

    /// <summary>In which order ready subtasks start, also when something else is changed.</summary>
    public required SubtaskOrder Order { get; init; }

    /// <summary>By task type, by how much what is to be expected is multiplied.</summary>
    public IReadOnlyDictionary<string, double> Factors { get; init; } = new Dictionary<string, double>();

    /// <summary>What is left, when the run goes on already; <see langword="null"/> when it has not begun.</summary>
    public RemainingWork? Remaining { get; init; }

    /// <summary>Runs the graph with every attempt as long as it is expected to be.</summary>
    public RunState Simulate() => Simulate(static _ => 0);

    /// <summary>Runs the graph with durations that vary. Equal numbers vary equally, whatever else differs between two models.</summary>
    public RunState Simulate(ulong seed, int run)
    {
        ulong runSeed = RetryBackoff.Mix(RetryBackoff.Mix(seed) + (ulong)run);
        return Simulate(subtask => Normal(RetryBackoff.Mix(runSeed ^ RetryBackoff.Mix((ulong)subtask))));
    }

    /// <param name="deviation">By subtask, how many times its spread the logarithm of its duration is off.</param>
    private RunState Simulate(Func<int, double> deviation)
    {
        VirtualTimeHost? host = null;
        var clock = new VirtualClock();
        host = new VirtualTimeHost(
            Graph,
            Ledger(clock),
            Options with { MaxParallelism = Workers },
            (subtask, _) => AttemptOf(host!.Core.State.Graph, subtask, deviation(subtask)),
            order: Order,
            observed: Observed,
            correctsEstimates: false,
            isHeldAtStart: Remaining is null ? null : subtask => !Remaining.IsRunning(subtask))
        {
            Prepare = subtask => Prepare(host!.Core.State.Graph, subtask),
            Clock = clock,
        };
        host.RunToEnd();
        return host.Core.State;
    }

    /// <summary>The pools as they are: what is used up stays so, what grows again does. What others hold counts as free.</summary>
    private ResourcePools Ledger(VirtualClock clock)
    {
        var byName = Pools.ToDictionary(pool => pool.Name, StringComparer.Ordinal);
        var ledger = new ResourcePools(
            Capacities.Select(pool => byName.TryGetValue(pool.Key, out ResourcePoolSnapshot known)
                ? new ResourceDeclaration(pool.Key, pool.Value) { Kind = known.Kind, Period = known.Period ?? default }
                : new ResourceDeclaration(pool.Key, pool.Value)),
            clock);
        foreach (ResourcePoolSnapshot pool in Pools.Where(pool => pool.Kind != ResourcePoolKind.Reusable && pool.InUse > 0))
        {
            if (Math.Min(pool.InUse, Capacities[pool.Name]) is > 0 and var used)
            {
#pragma warning disable CA2000 // It does not come back.
                ledger.TryAcquire(ResourceRequirements.Of(new ResourceAmount(pool.Name, used)), out _);
#pragma warning restore CA2000
            }
        }

        return ledger;
    }

    private VirtualAttempt AttemptOf(GrowingGraph graph, int subtask, double deviation)
    {
        Subtask what = graph.SubtaskAt(subtask);
        long expected = Math.Min(Observed.Expect(what)?.Ticks ?? _mean, _longest);
        double factor = Factors.GetValueOrDefault(what.TaskType, 1) * (deviation == 0 ? 1 : Math.Exp(deviation * (Observed.SpreadOf(what) ?? DefaultSpread)));
        long duration = (long)Math.Round(Math.Min(expected * factor, _longest));
        TaskUsage usage = graph.Policies[subtask].ExpectedUsage;
        return new VirtualAttempt(new TimeSpan(Math.Max(0, duration - (Remaining?.RanFor(subtask).Ticks ?? 0))))
        {
            Usage = usage == TaskUsage.None ? null : usage,
            ReportsProgress = true,
        };
    }

    /// <summary>Conditions hold, approvals come at once, nothing is cached, and a list whose length nobody knows yet has one item.</summary>
    private Preparation Prepare(GrowingGraph graph, int subtask)
    {
        Subtask what = graph.SubtaskAt(subtask);
        return Remaining?.IsJoined(subtask) == true ? new Preparation { Cached = new CachedOutput(null) }
            : what.Plan is { } plan ? new Preparation { Growth = PartsOf(graph, subtask, plan) }
            : what.ForEach is not null ? new Preparation { Growth = OneItemOf(graph, subtask) }
            : new Preparation();
    }

    private static GraphGrowth? PartsOf(GrowingGraph graph, int subtask, TaskPlan plan) =>
        graph.Origin.Checker.CheckGrowth(plan, graph, subtask, GrowthSurroundings.ForNestedPlan(graph), isJoined: true, out _);

    private static GraphGrowth OneItemOf(GrowingGraph graph, int subtask)
    {
        Subtask list = graph.SubtaskAt(subtask);
        var part = new GraphPart
        {
            Subtasks = [list with { Id = $"{list.Id}/0", Name = list.Name, ForEach = null, Condition = null, DependsOn = [], OptionalDependsOn = [] }],
            TaskTypes = [graph.TaskTypes[subtask]],
            Inputs = [null],
            Needs = [graph.NeedVectors[graph.NeedVectorOf[subtask]]],
            Policies = [graph.Policies[subtask]],
            Dependencies = [[]],
            Optional = null,
            TopologicalOrder = [0],
            Successors = SuccessorGraph.FromDependencies([[]]),
        };
        return new GraphGrowth(subtask, part, IsJoined: true, graph.Count);
    }

    private static IEnumerable<Subtask> SubtasksIn(TaskPlan plan) =>
        plan.Subtasks.SelectMany(subtask => subtask.Plan is { } nested ? SubtasksIn(nested).Prepend(subtask) : [subtask]);

    /// <summary>A normally distributed number. Source: Box and Muller, A note on the generation of random normal deviates (1958).</summary>
    private static double Normal(ulong seed)
    {
        double first = 1 - Uniform(RetryBackoff.Mix(seed));
        double second = Uniform(RetryBackoff.Mix(seed + 1));
        return Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second);
    }

    private static double Uniform(ulong random) => (random >> 11) * (1.0 / (1UL << 53));
}
