namespace AgentOrchestration.Execution.Attempts;

/// <summary>The rest of an attempt: the next middleware, and in the end the task type's code.</summary>
/// <param name="context">The attempt.</param>
/// <param name="cancellationToken">Cancelled when the attempt has to stop.</param>
/// <returns>The output.</returns>
public delegate ValueTask<object?> TaskDelegate(TaskContext context, CancellationToken cancellationToken);
