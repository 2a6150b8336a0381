namespace AgentOrchestration.Tasks.Batching;

/// <summary>
/// Limits the batches of a class that implements <see cref="IBatchTaskHandler{TInput, TOutput}"/>. <see cref="BatchOptions"/> has more of them, where the
/// class is registered.
/// </summary>
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
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BatchableAttribute : Attribute
{
    /// <summary>Gets or sets the greatest number of subtasks in one batch.</summary>
    /// <value>At least 1. The default value is 16.</value>
    public int MaxSize { get; set; } = BatchOptions.DefaultMaxSize;
}
