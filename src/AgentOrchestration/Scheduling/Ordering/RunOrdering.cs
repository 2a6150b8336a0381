using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>The order in which a run's subtasks start: what the policy says, on what they are expected to take.</summary>
/// <param name="policy">The policy.</param>
/// <param name="resources">What there is.</param>
/// <param name="observed">How long task types took.</param>
/// <param name="timeProvider">Bounds the time of a search.</param>
/// <param name="logger">Where failures of a policy are logged.</param>
internal sealed class RunOrdering(ISchedulingPolicy policy, IResourceManager resources, ObservedDurations observed, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>How long task types took.</summary>
    public ObservedDurations Observed => observed;

    /// <summary>Where a policy computes what takes long. Default: on the thread pool.</summary>
    public Func<Action, Task> ComputeAsync { get; init; } = Task.Run;

    /// <summary>Never throws for the policy's sake: an order is there in any case.</summary>
    public async ValueTask<SubtaskOrder> OrderAsync(TaskGraph graph, int maxParallelism, CancellationToken cancellationToken)
    {
        bool isObserved = observed.Any;
        if (policy == SchedulingPolicies.CriticalPathFirst && !isObserved)
        {
            return SubtaskOrder.CriticalPathFirst;
        }

        double[] seconds = graph.Part.SecondsBy(isObserved ? observed.SecondsOf : static subtask => subtask.EstimatedDuration?.TotalSeconds);
        try
        {
            var context = new SchedulingContext(graph, Array.ConvertAll(seconds, TimeSpan.FromSeconds), maxParallelism, resources, timeProvider) { ComputeAsync = ComputeAsync };
            SubtaskOrder order = await policy.OrderAsync(context, cancellationToken).ConfigureAwait(false);
            return order.IsCriticalPathFirst ? ByCriticalPath(graph, seconds)
                : order.Priorities.Length == graph.Count ? order
                : throw new InvalidOperationException($"The policy ordered {order.Priorities.Length} subtasks, but there are {graph.Count}.");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            SchedulingLog.PolicyFailed(logger, exception, policy.GetType().Name);
            return ByCriticalPath(graph, seconds);
        }
    }

    private static SubtaskOrder ByCriticalPath(TaskGraph graph, double[] seconds) =>
        SubtaskOrder.ByCriticalPath(CriticalPath.Priorities(graph.Successors, graph.TopologicalOrder, seconds));
}
