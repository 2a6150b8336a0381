namespace AgentOrchestration.Tasks;

/// <summary>Calls a task type's code with an input of its type.</summary>
internal abstract class TaskInvoker
{
    /// <summary>The same code, of the handler class <paramref name="handlerType"/>.</summary>
    public abstract TaskInvoker For(Type handlerType);

    public abstract ValueTask<object?> InvokeAsync(object? input, TaskContext context, CancellationToken cancellationToken);

    /// <summary>Boxes an output without an allocation beside the box when the code has returned already.</summary>
    protected static ValueTask<object?> BoxAsync<TOutput>(ValueTask<TOutput> output)
    {
        return output.IsCompletedSuccessfully ? new ValueTask<object?>(output.Result) : AwaitAsync(output);

        // The handler's code may rely on the context it was called in, ours runs on the thread pool: no context is captured here.
        static async ValueTask<object?> AwaitAsync(ValueTask<TOutput> output) => await output.ConfigureAwait(false);
    }
}
