using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tasks;

/// <summary>Takes the handler from the scope of the attempt and calls it.</summary>
internal sealed class HandlerInvoker<TInput, TOutput>(Type? handlerType) : TaskInvoker<TInput, TOutput>
{
    public override bool IsCompensable => handlerType?.IsAssignableTo(typeof(ICompensable<TInput, TOutput>)) == true;

    public override TaskInvoker For(Type handlerType) => new HandlerInvoker<TInput, TOutput>(handlerType);

    public override ValueTask CompensateAsync(object? input, object? output, TaskContext context, CancellationToken cancellationToken)
    {
        var handler = (ICompensable<TInput, TOutput>)context.Services.GetRequiredService(handlerType!);
        return handler.CompensateAsync((TInput)input!, (TOutput)output!, context, cancellationToken);
    }

    protected override ValueTask<TOutput> InvokeAsync(TInput input, TaskContext context, CancellationToken cancellationToken)
    {
        var handler = (ITaskHandler<TInput, TOutput>)context.Services.GetRequiredService(handlerType!);
        return handler.ExecuteAsync(input, context, cancellationToken);
    }
}
