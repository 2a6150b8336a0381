namespace AgentOrchestration.Tasks.Batching;

/// <summary>Represents one subtask of a batch, with its input. Safe to use from any thread.</summary>
/// <typeparam name="TInput">The input.</typeparam>
/// <typeparam name="TOutput">The output.</typeparam>
public sealed class BatchItem<TInput, TOutput> : BatchItem
{
    // Completed by the code that answers; what waits for it continues on that thread, and the next work is queued on the pool.
    private readonly TaskCompletionSource<TOutput> _output = new();

    internal BatchItem(TInput input, TaskContext context, CancellationToken left)
        : base(context, left) => Input = input;

    /// <summary>Gets the input of the subtask.</summary>
    /// <value>Bound and checked.</value>
    public TInput Input { get; }

    internal ValueTask<TOutput> Output => new(_output.Task);

    /// <summary>
    /// Gives the item its output. What depends on it may start at once, while the others are still worked on. Has no effect when the item is no longer waited for.
    /// </summary>
    /// <param name="output">The output.</param>
    /// <exception cref="InvalidOperationException">The item was answered before.</exception>
    public void Succeed(TOutput output) => Answer(() =>
    {
        Unwatch();
        _output.TrySetResult(output);
    });

    internal override void Complete(Exception exception)
    {
        Unwatch();
        _output.TrySetException(exception);
    }
}
