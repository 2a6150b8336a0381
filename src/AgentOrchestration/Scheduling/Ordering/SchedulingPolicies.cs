using AgentOrchestration.Scheduling.Search;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>The policies that the library has.</summary>
public static class SchedulingPolicies
{
    /// <summary>
    /// Gets the policy that starts the subtask with the most work behind it first: the middle between its latest start and its latest finish on the
    /// critical path decides.
    /// </summary>
    /// <value>The default policy.</value>
    public static ISchedulingPolicy CriticalPathFirst { get; } = new PriorityPolicy(static _ => SubtaskOrder.CriticalPathFirst);

    /// <summary>Gets the policy that starts subtasks in the order of the plan.</summary>
    /// <value>A policy without state.</value>
    public static ISchedulingPolicy PlanOrder { get; } = new PriorityPolicy(static context => SubtaskOrder.ByPriority(new double[context.Graph.Count]));

    /// <summary>Gets the policy that starts the subtask with the shortest expected duration first.</summary>
    /// <value>A policy without state.</value>
    public static ISchedulingPolicy ShortestFirst { get; } = new PriorityPolicy(static context =>
    {
        double longest = context.Durations.Select(duration => duration.TotalSeconds).DefaultIfEmpty().Max();
        return SubtaskOrder.ByPriority([.. context.Durations.Select(duration => longest - duration.TotalSeconds)]);
    });

    /// <summary>
    /// Creates a policy that searches for a short schedule before a run starts, on estimates and all resources, and follows it as far as reality
    /// does. On exact estimates it is never worse than the critical path first or the plan's order.
    /// </summary>
    /// <param name="budget">How long it looks. Default: 5,000 schedules, 50 ms.</param>
    /// <param name="seed">Of all chances. Default: 1.</param>
    /// <returns>The policy.</returns>
    public static ISchedulingPolicy Optimized(SearchBudget? budget = null, int seed = 1) => new OptimizedPolicy(budget ?? new SearchBudget(), seed);
}
