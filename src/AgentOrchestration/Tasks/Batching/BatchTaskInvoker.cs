namespace AgentOrchestration.Tasks.Batching;

/// <summary>What invokers of code that takes several subtasks have in common: an attempt joins its batch, or is called alone.</summary>
internal abstract class BatchTaskInvoker<TInput, TOutput> : TaskInvoker<TInput, TOutput>
{
    public override BatchCode Batch => field ??= new BatchCode(
        (items, context, cancellationToken) => CallAsync(new BatchItems<TInput, TOutput>(Array.ConvertAll(items, item => (BatchItem<TInput, TOutput>)item)), context, cancellationToken));

    protected override ValueTask<TOutput> InvokeAsync(TInput input, TaskContext context, CancellationToken cancellationToken)
    {
        var item = new BatchItem<TInput, TOutput>(input, context, cancellationToken);
        item.Watch();
        if (context.Batch is { } batch)
        {
            batch.Join(item);
        }
        else
        {
            Batch.CallAlone(item);
        }

        return item.Output;
    }

    protected abstract ValueTask CallAsync(BatchItems<TInput, TOutput> items, BatchContext context, CancellationToken cancellationToken);
}
