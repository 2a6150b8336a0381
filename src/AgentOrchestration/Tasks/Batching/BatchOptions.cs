namespace AgentOrchestration.Tasks.Batching;

/// <summary>Configures the batches of a task type whose code takes several subtasks in one call.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().AddBatchTaskType(
///     "square",
///     "Squares a number.",
///     (IReadOnlyList&lt;int&gt; numbers, BatchContext context, CancellationToken cancellationToken) =&gt;
///         ValueTask.FromResult&lt;IReadOnlyList&lt;int&gt;&gt;([.. numbers.Select(number =&gt; number * number)]),
///     options =&gt;
///     {
///         options.Effect = TaskEffect.Pure;
///         options.Batch.MaxSize = 8;
///         options.Batch.Key = subtask =&gt; subtask.Id.Split('-')[0];
///     });
/// </code>
/// </example>
public sealed class BatchOptions
{
    internal const int DefaultMaxSize = 16;

    /// <summary>Gets or sets the greatest number of subtasks in one batch.</summary>
    /// <value>At least 1. The default value is that of the <see cref="BatchableAttribute"/>, or 16.</value>
    public int MaxSize { get; set; } = DefaultMaxSize;

    /// <summary>
    /// Gets or sets a function that returns the key of a subtask, such as a tenant or a model: subtasks of different keys are never in one batch. It is
    /// called when the plan is checked.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: all subtasks of the type that need the same resources have one key.</value>
    public Func<Subtask, string>? Key { get; set; }

    /// <summary>Gets or sets whether a subtask waits for others to come along.</summary>
    /// <value>The default value is <see cref="BatchHold.WhenOthersAreDue"/>.</value>
    public BatchHold Hold { get; set; }

    /// <summary>Gets or sets what becomes of the subtasks that a batch has not answered because its code failed.</summary>
    /// <value>The default value is <see cref="BrokenBatch.Bisect"/>.</value>
    public BrokenBatch WhenBroken { get; set; }

    internal BatchOptions Copy() => (BatchOptions)MemberwiseClone();
}
