namespace AgentOrchestration.Tasks.Batching;

/// <summary>
/// Represents a task type whose code takes several subtasks in one call. Each keeps its own attempt, timeout, retries, outcome and cached result. An answer must not
/// depend on which others are in the batch; <c>HandlerTester.CheckBatchAsync</c> tries that. The effect of the type is <see cref="TaskEffect.Pure"/> or
/// <see cref="TaskEffect.Read"/>.
/// </summary>
/// <typeparam name="TInput">The input of one subtask.</typeparam>
/// <typeparam name="TOutput">The output of one subtask.</typeparam>
/// <example>
/// <code>
/// [TaskType("extract", Description = "Extracts the facts of a page.", Effect = TaskEffect.Pure), Batchable(MaxSize = 16)]
/// public sealed class Extract : IBatchTaskHandler&lt;string, int&gt;
/// {
///     public ValueTask ExecuteAsync(BatchItems&lt;string, int&gt; items, BatchContext context, CancellationToken cancellationToken)
///     {
///         foreach (BatchItem&lt;string, int&gt; item in items)
///         {
///             item.Succeed(item.Input.Length);
///         }
///
///         return default;
///     }
/// }
/// </code>
/// </example>
public interface IBatchTaskHandler<TInput, TOutput> : ITaskHandler
{
    /// <summary>
    /// Does the work of a batch: answers each item with <see cref="BatchItem{TInput, TOutput}.Succeed"/> or <see cref="BatchItem.Fail"/>, in any order, as
    /// soon as its answer is known.
    /// </summary>
    /// <param name="items">The subtasks, at least one.</param>
    /// <param name="context">What they have in common: services, a chat client, usage.</param>
    /// <param name="cancellationToken">Cancelled when none of them is waited for any more; stop then.</param>
    /// <returns>
    /// A task that completes when the work is done. An exception fails the items that have no answer; so does a return without one.
    /// <see cref="BatchOptions.WhenBroken"/> decides about them.
    /// </returns>
    ValueTask ExecuteAsync(BatchItems<TInput, TOutput> items, BatchContext context, CancellationToken cancellationToken);

#pragma warning disable CA1033 // It is inherited by every handler class; that it is callable only through a type parameter is the point.
    static TaskDescriptor ITaskHandler.Describe() => TaskDescriptor.ForBatch<TInput, TOutput>();
#pragma warning restore CA1033
}
