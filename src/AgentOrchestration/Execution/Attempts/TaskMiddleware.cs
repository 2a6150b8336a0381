namespace AgentOrchestration.Execution.Attempts;

/// <summary>
/// Something that happens around the code of every attempt. The first registered is the outermost. Whether and when an attempt runs is
/// not its business: retries, timeouts, sharing and caching are decided before. One instance serves all attempts.
/// </summary>
public abstract class TaskMiddleware
{
    /// <summary>
    /// Gets a value that indicates whether the middleware does anything at the moment. It is read before each attempt; when no middleware is active,
    /// none is called.
    /// </summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public virtual bool IsActive => true;

    /// <summary>Runs an attempt.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="next">The rest of it; call it once.</param>
    /// <param name="cancellationToken">Cancelled when the attempt has to stop.</param>
    /// <returns>The output: an instance of the task type's output type.</returns>
    public abstract ValueTask<object?> InvokeAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken);
}
