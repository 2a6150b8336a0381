using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tasks.Batching;

/// <summary>Takes the handler from the scope of the call and calls it.</summary>
internal sealed class BatchHandlerInvoker<TInput, TOutput>(Type? handlerType) : BatchTaskInvoker<TInput, TOutput>
{
    public override MethodInfo? Method
    {
        [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Asked for only where nothing has been trimmed.")]
        get => handlerType?.GetInterfaceMap(typeof(IBatchTaskHandler<TInput, TOutput>)) is { } methods
            ? methods.TargetMethods[Array.FindIndex(methods.InterfaceMethods, method => method.Name == nameof(IBatchTaskHandler<,>.ExecuteAsync))]
            : null;
    }

    public override TaskInvoker For(Type handlerType) => new BatchHandlerInvoker<TInput, TOutput>(handlerType);

    protected override ValueTask CallAsync(BatchItems<TInput, TOutput> items, BatchContext context, CancellationToken cancellationToken)
    {
        var handler = (IBatchTaskHandler<TInput, TOutput>)context.Services.GetRequiredService(handlerType!);
        return handler.ExecuteAsync(items, context, cancellationToken);
    }
}
