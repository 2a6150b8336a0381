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

    /// <summary>Makes a plan, such as one that was edited and approved, the plan of a request, in place of the one that there is.</summary>
    /// <param name="request">The request.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="cancellationToken">Cancels the storing.</param>
    /// <exception cref="InvalidPlanException">The plan does not pass the checks; nothing was stored.</exception>
    ValueTask PutAsync(OrchestrationRequest request, TaskPlan plan, CancellationToken cancellationToken = default);

    /// <summary>Makes the plan of a request invalid.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Cancels the removal.</param>
    ValueTask InvalidateAsync(OrchestrationRequest request, CancellationToken cancellationToken = default);

    /// <summary>Makes every plan invalid.</summary>
    /// <param name="cancellationToken">Cancels the removal.</param>
    ValueTask InvalidateAllAsync(CancellationToken cancellationToken = default);
}
