using System.Reflection;

namespace AgentOrchestration.Tasks.Batching;

/// <summary>Calls a delegate that returns an output for each input, in the order of the inputs.</summary>
internal sealed class BatchDelegateInvoker<TInput, TOutput>(Func<IReadOnlyList<TInput>, BatchContext, CancellationToken, ValueTask<IReadOnlyList<TOutput>>> handler)
    : BatchTaskInvoker<TInput, TOutput>
{
    public override MethodInfo? Method => null;

    public override TaskInvoker For(Type handlerType) => this;

    protected override async ValueTask CallAsync(BatchItems<TInput, TOutput> items, BatchContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<TOutput> outputs = await handler([.. items.Select(item => item.Input)], context, cancellationToken).ConfigureAwait(false);
        if (outputs?.Count != items.Count)
        {
            throw new TaskFailedException(
                $"The code of '{context.TaskType.Name}' returned {outputs?.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no"} outputs for {items.Count} inputs. Return one for each, in the same order.");
        }

        for (int i = 0; i < items.Count; i++)
        {
            items[i].Succeed(outputs[i]);
        }
    }
}
