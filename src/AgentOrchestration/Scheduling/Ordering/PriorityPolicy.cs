namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>A policy that needs no time.</summary>
internal sealed class PriorityPolicy(Func<SchedulingContext, SubtaskOrder> order) : ISchedulingPolicy
{
    public ValueTask<SubtaskOrder> OrderAsync(SchedulingContext context, CancellationToken cancellationToken) => ValueTask.FromResult(order(context));
}
