namespace AgentOrchestration.Optimization;

/// <summary>Makes cached results invalid before their time. Safe for concurrent use.</summary>
public interface IResultCacheControl
{
    /// <summary>Makes every cached result of a task type invalid.</summary>
    /// <param name="taskType">The task type's name.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    ValueTask InvalidateTaskTypeAsync(string taskType, CancellationToken cancellationToken = default);

    /// <summary>Makes every cached result under a tag invalid.</summary>
    /// <param name="tag">A tag of a task type's registration.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken = default);
}
