namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>Decides in which order the ready subtasks of a run start when not all of them can. Implementations must be safe for concurrent use.</summary>
public interface ISchedulingPolicy
{
    /// <summary>
    /// Orders the subtasks of a run, once, before the run starts; the run starts when the order is returned. If this throws, or returns an order of
    /// another length, the run uses the critical path, and a warning gives the reason.
    /// </summary>
    /// <param name="context">What is to be ordered.</param>
    /// <param name="cancellationToken">Cancels the start of the run.</param>
    /// <returns>The order, with one entry for each subtask.</returns>
    ValueTask<SubtaskOrder> OrderAsync(SchedulingContext context, CancellationToken cancellationToken);
}
