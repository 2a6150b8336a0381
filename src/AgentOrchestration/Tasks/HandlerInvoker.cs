using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tasks;

/// <summary>Takes the handler from the scope of the attempt and calls it.</summary>
internal sealed class HandlerInvoker<TInput, TOutput>(Type? handlerType) : TaskInvoker<TInput, TOutput>
{
    public override bool IsCompensable => handlerType?.IsAssignableTo(typeof(ICompensable<TInput, TOutput>)) == true;

    public override MethodInfo? Method
    {
        [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Asked for only where nothing has been trimmed.")]
        get
        {
            InterfaceMapping? mapping = handlerType?.GetInterfaceMap(typeof(ITaskHandler<TInput, TOutput>));
            return mapping is { } methods
                ? methods.TargetMethods[Array.FindIndex(methods.InterfaceMethods, method => method.Name == nameof(ITaskHandler<,>.ExecuteAsync))]
                : null;
        }
    }

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
