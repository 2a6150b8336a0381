namespace AgentOrchestration.Tasks;

internal sealed class DelegateInvoker<TInput, TOutput>(Func<TInput, TaskContext, CancellationToken, ValueTask<TOutput>> handler)
    : TaskInvoker<TOutput>
{
    public override TaskInvoker For(Type handlerType) => this;

    public override ValueTask<object?> InvokeAsync(object? input, TaskContext context, CancellationToken cancellationToken) =>
        BoxAsync(handler((TInput)input!, context, cancellationToken));
}
