using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Forecasting;

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

    public ForecastModel(TaskGraph graph, ObservedDurations observed)
    {
        Graph = graph;
        Observed = observed;
        Subtask[] subtasks = [.. ForecastAssumptions.SubtasksIn(graph.Plan, prefix: "").Select(subtask => subtask.Subtask)];
        TimeSpan[] known = [.. subtasks.Where(subtask => subtask.Plan is null).Select(observed.Expect).OfType<TimeSpan>()];
        _mean = known.Length == 0 ? Unknown.Ticks : (long)known.Average(expected => (double)expected.Ticks);
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

    /// <summary>By the id of a subtask that works through a list that is made during the run, the number of items that is expected.</summary>
    public IReadOnlyDictionary<string, int> ExpectedItems { get; init; } = new Dictionary<string, int>();

    /// <summary>The names of the endpoints to which calls can be deferred.</summary>
    public IReadOnlySet<string> BatchEndpoints { get; init; } = new HashSet<string>();

    /// <summary>How long an attempt is taken to last of which nothing is known.</summary>
    public TimeSpan AssumedDuration => new(_mean);

    /// <summary>What is left, when the run goes on already; <see langword="null"/> when it has not begun.</summary>
    public RemainingGraph? Remaining { get; init; }

    private static long Longest => ObservedDurations.Longest.Ticks;

    /// <summary>Whether the parts of a subtask are in the graph themselves, so that nothing of it is left to do.</summary>
    public bool IsMadeOfOthers(string id) => Remaining?.IsJoined(id) == true;

    /// <summary>Runs the graph with every attempt as long as it is expected to be.</summary>
    public RunState Simulate() => Simulate(static (_, _) => 0);

    /// <summary>Runs the graph with durations that vary. Equal numbers vary equally, whatever else differs between two models.</summary>
    public RunState Simulate(ulong seed, int run)
    {
        ulong runSeed = SplitMix64.Mix(SplitMix64.Mix(seed) + (ulong)run);
        return Simulate((subtask, attempt) => Normal(SplitMix64.Mix(runSeed ^ SplitMix64.Mix((ulong)subtask) ^ (attempt < 2 ? 0 : SplitMix64.Mix((ulong)attempt << 32)))));
    }

    /// <summary>Runs the graph with attempts and answers that are known.</summary>
    /// <param name="attempts">By subtask and attempt, how it goes.</param>
    /// <param name="prepare">What is found out about a subtask.</param>
    /// <param name="runId">The run; seeds the pauses of its retries.</param>
    public RunState Simulate(Func<int, int, VirtualAttempt> attempts, Func<int, Preparation> prepare, string runId)
    {
        var clock = new VirtualClock { Now = 0 };
        var host = new VirtualTimeHost(
            Graph, Ledger(clock), new RunOptions(Options) { MaxParallelism = Workers, Extra = ExtraWork.None }, attempts, runId, order: Order, observed: Observed, correctsEstimates: false)
        {
            Prepare = prepare,
            Clock = clock,
            Origin = 0,
        };
        host.RunToEnd();
        return host.Core.State;
    }

    /// <param name="deviation">By subtask and attempt, how many times its spread the logarithm of its duration is off.</param>
    private RunState Simulate(Func<int, int, double> deviation)
    {
        VirtualTimeHost? host = null;
        // From the beginning of time, so that there is as much of it as can be counted.
        var clock = new VirtualClock { Now = 0 };
        host = new VirtualTimeHost(
            Graph,
            Ledger(clock),
            new RunOptions(Options) { MaxParallelism = Workers },
            (subtask, attempt) => AttemptOf(host!.Core.State.Graph, subtask, attempt, deviation(subtask, attempt)),
            order: Order,
            observed: Observed,
            correctsEstimates: false,
            isHeldAtStart: Remaining is null ? null : subtask => !Remaining.IsRunning(subtask))
        {
            Prepare = subtask => Prepare(host!.Core.State.Graph, subtask, deviation(subtask, 1)),
            Clock = clock,
            Origin = 0,
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

        foreach (ResourcePoolSnapshot pool in Pools.Where(pool => pool.PausedFor > TimeSpan.Zero))
        {
            ledger.BeginPaused(pool.Name, pool.PausedFor);
        }

        return ledger;
    }

    /// <summary>What already runs has less to do; another attempt does all of it.</summary>
    private VirtualAttempt AttemptOf(GrowingGraph graph, int subtask, int attempt, double deviation)
    {
        Subtask what = graph.SubtaskAt(subtask);
        long expected = Math.Min(Observed.Expect(what)?.Ticks ?? _mean, Longest);
        double factor = Factors.GetValueOrDefault(what.TaskType, 1) * (deviation == 0 ? 1 : Math.Exp(deviation * (Observed.SpreadOf(what) ?? DefaultSpread)));
        long duration = Remaining?.IsHeld(subtask) == true ? 0 : (long)Math.Round(Math.Min(expected * factor, Longest));
        TaskUsage usage = graph.Policies[subtask].ExpectedUsage;
        return new VirtualAttempt(new TimeSpan(Math.Max(0, duration - (attempt == 1 ? Remaining?.RanFor(subtask).Ticks ?? 0 : 0))))
        {
            Usage = usage == TaskUsage.None ? null : usage,
            ReportsProgress = true,
            FirstProgress = Observed.FirstProgressOf(what.TaskType) is { Count: > 0 } shown ? TimeSpan.FromSeconds(Math.Min(shown.Median, new TimeSpan(duration).TotalSeconds)) : null,
        };
    }

    /// <summary>Conditions hold, approvals come at once, nothing is cached, and a list that nobody knows yet has as many items as expected.</summary>
    private Preparation Prepare(GrowingGraph graph, int subtask, double deviation)
    {
        Subtask what = graph.SubtaskAt(subtask);
        return Remaining?.IsJoined(subtask) == true ? new Preparation { Cached = new CachedOutput(null) }
            : what.Plan is { } plan ? new Preparation { Growth = PartsOf(graph, subtask, plan) }
            : what.IsForEach ? new Preparation { Growth = ItemsOf(graph, subtask, CountOf(what, deviation)) }
            : new Preparation();
    }

    private static GraphGrowth? PartsOf(GrowingGraph graph, int subtask, TaskPlan plan) =>
        graph.Origin.Checker.CheckGrowth(plan, graph, subtask, GrowthScope.ForNestedPlan(graph), isJoined: true, out _);

    /// <summary>What the plan gives is known; what is expected varies as far as durations of which nothing is known.</summary>
    private int CountOf(Subtask list, double deviation)
    {
        if (list.Items is { } given)
        {
            return given.GetArrayLength();
        }

        double expected = ExpectedItems.GetValueOrDefault(list.Id, ForecastAssumptions.DefaultItems) * (deviation == 0 ? 1 : Math.Exp(deviation * DefaultSpread));
        return (int)Math.Min(Math.Round(expected), Options.MaxAddedSubtasks);
    }

    private static GraphGrowth? ItemsOf(GrowingGraph graph, int subtask, int count)
    {
        if (count == 0)
        {
            return null;
        }

        Subtask list = graph.SubtaskAt(subtask);
        Subtask item = list with { Name = list.Name, ForEach = null, Items = null, OnItemFailure = ItemFailurePolicy.Fail, Condition = null, DependsOn = [], OptionalDependsOn = [] };
        int[][] dependencies = Filled<int[]>(count, []);
        var part = new CheckedSubtasks
        {
            Subtasks = [.. Enumerable.Range(0, count).Select(number => item with { Id = $"{list.Id}/{number}" })],
            TaskTypes = Filled(count, graph.TaskTypes[subtask]),
            Inputs = new InputBinding?[count],
            Needs = Filled(count, graph.NeedVectors[graph.NeedVectorOf[subtask]]),
            Policies = Filled(count, graph.Policies[subtask]),
            Dependencies = dependencies,
            Optional = null,
            TopologicalOrder = [.. Enumerable.Range(0, count)],
            Successors = SuccessorGraph.FromDependencies(dependencies),
        };
        return new GraphGrowth(subtask, part, IsJoined: true, graph.Count);
    }

    private static T[] Filled<T>(int count, T value)
    {
        var filled = new T[count];
        Array.Fill(filled, value);
        return filled;
    }

    /// <summary>A normally distributed number. Source: Box and Muller, A note on the generation of random normal deviates (1958).</summary>
    private static double Normal(ulong seed)
    {
        double first = 1 - Uniform(SplitMix64.Mix(seed));
        double second = Uniform(SplitMix64.Mix(seed + 1));
        return Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second);
    }

    private static double Uniform(ulong random) => (random >> 11) * (1.0 / (1UL << 53));
}
