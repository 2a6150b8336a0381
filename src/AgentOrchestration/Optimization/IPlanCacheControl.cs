namespace AgentOrchestration.Optimization;

/// <summary>Fills the cache of plans ahead of time, and makes plans in it invalid before theirs. Safe for concurrent use.</summary>
public interface IPlanCacheControl
{
    /// <summary>Plans a request now, if it is not planned yet, so that nobody waits for that later. Starts nothing.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <returns>The plan. One that a template made is not kept: it costs nothing to make again.</returns>
    /// <exception cref="InvalidPlanException">No plan passed the checks.</exception>
    ValueTask<TaskPlan> WarmAsync(OrchestrationRequest request, CancellationToken cancellationToken = default);

    /// <summary>Stores a plan, such as one that was edited and approved, as the plan of a request. It replaces the stored one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="cancellationToken">Cancels the storing.</param>
    /// <returns>A task that completes when the plan is stored.</returns>
    /// <exception cref="InvalidPlanException">The plan does not pass the checks; nothing was stored.</exception>
    ValueTask PutAsync(OrchestrationRequest request, TaskPlan plan, CancellationToken cancellationToken = default);

    /// <summary>Invalidates the plan of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the removal.</param>
    /// <returns>A task that completes when the plan is invalid.</returns>
    ValueTask InvalidateAsync(OrchestrationRequest request, CancellationToken cancellationToken = default);

    /// <summary>Invalidates every plan.</summary>
    /// <param name="cancellationToken">Cancels the removal.</param>
    /// <returns>A task that completes when the plans are invalid.</returns>
    ValueTask InvalidateAllAsync(CancellationToken cancellationToken = default);
}
