using AgentOrchestration.Scheduling.Search;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>The policies that the library has.</summary>
public static class SchedulingPolicies
{
    /// <summary>
    /// What has the most work behind it first: the middle between its latest start and its latest finish on the critical path decides. The
    /// default.
    /// </summary>
    public static ISchedulingPolicy CriticalPathFirst { get; } = new PriorityPolicy(static _ => SubtaskOrder.CriticalPathFirst);

    /// <summary>In the order of the plan.</summary>
    public static ISchedulingPolicy PlanOrder { get; } = new PriorityPolicy(static context => SubtaskOrder.ByPriority(new double[context.Graph.Count]));

    /// <summary>What is expected to take the least time first.</summary>
    public static ISchedulingPolicy ShortestFirst { get; } = new PriorityPolicy(static context =>
    {
        double longest = context.Durations.Select(duration => duration.TotalSeconds).DefaultIfEmpty().Max();
        return SubtaskOrder.ByPriority([.. context.Durations.Select(duration => longest - duration.TotalSeconds)]);
    });

    /// <summary>
    /// Looks for a short schedule before a run starts, on estimates and all resources, and keeps to it as far as reality does. On exact
    /// estimates it is never worse than the critical path first or the plan's order.
    /// </summary>
    /// <param name="budget">How long it looks. Default: 5,000 schedules, 50 ms.</param>
    /// <param name="seed">Of all chances. Default: 1.</param>
    public static ISchedulingPolicy Optimized(SearchBudget? budget = null, int seed = 1) => new OptimizedPolicy(budget ?? new SearchBudget(), seed);
}
