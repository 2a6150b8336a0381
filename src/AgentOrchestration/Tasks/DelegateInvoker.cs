using System.Reflection;

namespace AgentOrchestration.Tasks;

internal sealed class DelegateInvoker<TInput, TOutput>(Func<TInput, TaskContext, CancellationToken, ValueTask<TOutput>> handler, MethodInfo method)
    : TaskInvoker<TInput, TOutput>
{
    public override MethodInfo? Method => method;

    public override TaskInvoker For(Type handlerType) => this;

    protected override ValueTask<TOutput> InvokeAsync(TInput input, TaskContext context, CancellationToken cancellationToken) =>
        handler(input, context, cancellationToken);
}
