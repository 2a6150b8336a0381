namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>Decides in which order the ready subtasks of a run start when not all of them can. Implementations must be safe for concurrent use.</summary>
public interface ISchedulingPolicy
{
    /// <summary>
    /// Orders a run's subtasks, once, before the run starts; it starts when the order is there. If this throws, or gives an order of another
    /// length, the run goes by the critical path, and a warning says why.
    /// </summary>
    /// <param name="context">What is to be ordered.</param>
    /// <param name="cancellationToken">Cancels the start of the run.</param>
    ValueTask<SubtaskOrder> OrderAsync(SchedulingContext context, CancellationToken cancellationToken);
}
