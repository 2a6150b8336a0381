using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Forecasting;

/// <summary>Makes forecasts with what the runs of an application have: its ledger and what was observed.</summary>
/// <param name="resources">The ledger.</param>
/// <param name="maxParallelismTotal">How many attempts of all runs run at a time; <see langword="null"/> for no limit.</param>
/// <param name="observed">How long task types took.</param>
/// <param name="ordering">In which order ready subtasks start.</param>
internal sealed class Forecaster(IResourceManager resources, int? maxParallelismTotal, ObservedDurations observed, RunOrdering ordering)
{
    private static readonly Dictionary<string, int> NoItems = [];

    public ObservedDurations Observed => observed;

    /// <summary>The names of the endpoints to which calls can be deferred.</summary>
    public IReadOnlySet<string> BatchEndpoints { get; init; } = new HashSet<string>();

    /// <summary>What runs have left of limits; <see langword="null"/> when that is not known.</summary>
    public AttemptLimiter? Limits { get; init; }

    /// <summary>Returns what explains waits with the same ledger and observations.</summary>
    /// <param name="runs">All runs of this process.</param>
    /// <param name="now">When it is.</param>
    public WaitExplainer Explainer(IReadOnlyList<ExplainedRun> runs, DateTimeOffset now) => new(runs, resources, maxParallelismTotal, Limits, observed, now);

    public Forecast Of(TaskGraph graph, RunOptions options, IReadOnlyDictionary<string, int>? expectedItems = null)
    {
        ForecastAssumptions.Check(expectedItems ?? NoItems, graph.Plan, others: [], options.MaxAddedSubtasks, nameof(expectedItems));
        return new Forecast(new ForecastModel(graph, observed.Copy())
        {
            BatchEndpoints = BatchEndpoints,
            Options = Unattended(options),
            Workers = WorkersOf(options),
            Pools = resources.Snapshot(),
            Capacities = CapacitiesOf(graph),
            Order = OrderOf(graph, options.MaxParallelism),
            ExpectedItems = expectedItems ?? NoItems,
        });
    }

    /// <summary>Of a run that goes on, with what was observed in it so far. Its budget does not count.</summary>
    public Forecast Of(RemainingGraph remaining, RunOptions options, IReadOnlyDictionary<string, int>? expectedItems = null)
    {
        // What works through its list already is known; that it was expected to is no mistake.
        IEnumerable<string> begun = remaining.Run.Subtasks.Select(subtask => subtask.Subtask).Where(subtask => subtask.ForEach is not null).Select(subtask => subtask.Id);
        ForecastAssumptions.Check(
            expectedItems ?? NoItems, remaining.Graph.Plan, [.. begun, .. ForecastAssumptions.ListsIn(remaining.Run.Plan)], options.MaxAddedSubtasks, nameof(expectedItems));
        ObservedDurations known = observed.Copy();
        if (remaining.Run.Outcome is null)
        {
            DurationObserver.Observe(remaining.Run, known);
        }

        return new Forecast(new ForecastModel(remaining.Graph, known)
        {
            BatchEndpoints = BatchEndpoints,
            Options = new RunOptions(options)
            {
                Budget = null,
                Timeout = options.Timeout is { } timeout ? TimeSpan.FromTicks(Math.Max(1, (timeout - remaining.Elapsed).Ticks)) : null,
            },
            Workers = WorkersOf(options),
            Pools = PoolsWithout(remaining),
            Capacities = CapacitiesOf(remaining.Graph),
            Order = SubtaskOrder.CriticalPathFirst,
            Remaining = remaining,
            ExpectedItems = expectedItems ?? NoItems,
        });
    }

    /// <summary>
    /// Plays a run again that has succeeded, in virtual time and with recorded durations, but each subtask does its work itself: nothing is shared, cached
    /// or reused.
    /// </summary>
    /// <param name="planned">The graph of the plan.</param>
    /// <param name="run">The run as it ended.</param>
    /// <param name="options">Its options.</param>
    /// <returns>The time from the first start of an attempt to the last end; <see langword="null"/> when it cannot be played again.</returns>
    public TimeSpan? MakespanWithoutReuse(TaskGraph planned, RunSnapshot run, RunOptions options)
    {
        if (run.Outcome != RunOutcome.Succeeded || RecordedWork.Of(run) is not { } recorded)
        {
            return null;
        }

        TaskGraph graph = SnapshotGraph.Of(planned, run);
        var model = new ForecastModel(graph, observed.Copy())
        {
            Options = new RunOptions(options) { Budget = null, Timeout = null, FailurePolicy = FailurePolicy.Continue, Extra = new ExtraWork() },
            Workers = WorkersOf(options),
            Pools = [],
            Capacities = CapacitiesOf(graph),
            Order = SubtaskOrder.CriticalPathFirst,
        };
        return RecordedWork.MakespanOf(model.Simulate(recorded.AttemptOf, recorded.Prepare, run.RunId));
    }

    /// <summary>The pools without what the run's own attempts have taken: in the simulation they take it again.</summary>
    private IReadOnlyList<ResourcePoolSnapshot> PoolsWithout(RemainingGraph remaining)
    {
        Dictionary<string, long> taken = Enumerable.Range(0, remaining.Graph.Count)
            .Where(remaining.IsRunning)
            .SelectMany(subtask => remaining.Graph.NeedVectors[remaining.Graph.NeedVectorOf[subtask]].Amounts)
            .GroupBy(need => need.Name, need => need.Amount, StringComparer.Ordinal)
            .ToDictionary(needs => needs.Key, needs => needs.Sum(), StringComparer.Ordinal);
        return [.. resources.Snapshot().Select(pool => pool with { InUse = Math.Max(0, pool.InUse - taken.GetValueOrDefault(pool.Name)) })];
    }

    /// <summary>As long as a policy takes, a forecast takes.</summary>
    private SubtaskOrder OrderOf(TaskGraph graph, int maxParallelism) => ordering.OrderAsync(graph, maxParallelism, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private int WorkersOf(RunOptions options) => Math.Min(options.MaxParallelism, maxParallelismTotal ?? int.MaxValue);

    /// <summary>Who is asked for more budget gives it at once.</summary>
    private static RunOptions Unattended(RunOptions options) => options.Budget is { WhenExhausted: BudgetAction.Ask } ? new RunOptions(options) { Budget = null } : options;

    /// <summary>The pools that the ledger shows, those that it knows without showing them, and the limits of task types, which are pools here.</summary>
    private Dictionary<string, long> CapacitiesOf(TaskGraph graph)
    {
        Dictionary<string, long> capacities = resources.Snapshot().ToDictionary(pool => pool.Name, pool => pool.Capacity, StringComparer.Ordinal);
        foreach (string name in NeedsOf(graph).SelectMany(needs => needs.Amounts).Select(need => need.Name))
        {
            capacities.TryAdd(name, ConcurrencyLimit.IsLimit(name) ? ConcurrencyLimit.CapacityOf(name) : resources.GetCapacity(name) ?? 0);
        }

        return capacities;
    }

    private static IEnumerable<ResourceRequirements> NeedsOf(TaskGraph graph) => graph.Part.Needs.Concat(graph.Subtasks
        .Select(subtask => subtask.Plan is { } plan ? graph.Checker.Check(plan, out _) : null)
        .OfType<TaskGraph>()
        .SelectMany(NeedsOf));
}
