namespace AgentOrchestration.Optimization;

/// <summary>Makes cached results invalid before their time. Safe for concurrent use.</summary>
public interface IResultCacheControl
{
    /// <summary>Invalidates every cached result of a task type.</summary>
    /// <param name="taskType">The task type's name.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>A task that completes when the results are invalid.</returns>
    ValueTask InvalidateTaskTypeAsync(string taskType, CancellationToken cancellationToken = default);

    /// <summary>Invalidates every cached result under a tag.</summary>
    /// <param name="tag">A tag of a task type's registration.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>A task that completes when the results are invalid.</returns>
    ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken = default);
}
