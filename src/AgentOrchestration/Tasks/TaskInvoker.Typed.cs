namespace AgentOrchestration.Tasks;

/// <summary>What invokers of the same types have in common.</summary>
/// <typeparam name="TInput">The input.</typeparam>
/// <typeparam name="TOutput">The output.</typeparam>
internal abstract class TaskInvoker<TInput, TOutput> : TaskInvoker
{
    public sealed override Type OutputListType => typeof(TOutput[]);

    public sealed override Type ResultListType => typeof(ItemResult<TOutput>[]);

    public sealed override bool HasPlainOutput { get; } =
        typeof(TOutput) == typeof(string) || typeof(TOutput) == typeof(None) || typeof(TOutput) == typeof(decimal) || typeof(TOutput).IsEnum
        || (typeof(TOutput).IsPrimitive && typeof(TOutput) != typeof(double) && typeof(TOutput) != typeof(float));

    public sealed override bool TryRun(object? input, TaskContext context, ICodeOwner owner, out object? output, CancellationToken cancellationToken)
    {
#pragma warning disable CA2012 // Its result is taken only when it is complete; what it throws is to be thrown here.
        ValueTask<TOutput> code = InvokeAsync((TInput)input!, context, cancellationToken);
#pragma warning restore CA2012
        if (code.IsCompleted)
        {
            output = code.Result;
            return true;
        }

        output = null;
        new PendingCode<TOutput>(code.ConfigureAwait(false).GetAwaiter(), owner).Await();
        return false;
    }

    public sealed override ValueTask<object?> InvokeAsync(object? input, TaskContext context, CancellationToken cancellationToken)
    {
        ValueTask<TOutput> code = InvokeAsync((TInput)input!, context, cancellationToken);
        return code.IsCompletedSuccessfully ? new ValueTask<object?>(code.Result) : AwaitAsync(code);

        static async ValueTask<object?> AwaitAsync(ValueTask<TOutput> code) => await code.ConfigureAwait(false);
    }

    public sealed override bool Accepts(object? output) => output is TOutput || (output is null && default(TOutput) is null);

    public sealed override Array ToList(IReadOnlyList<object?> outputs)
    {
        var list = new TOutput[outputs.Count];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = (TOutput)outputs[i]!;
        }

        return list;
    }

    public sealed override Array ToResults(IReadOnlyList<object?> outputs, IReadOnlyList<ItemError?> errors)
    {
        var results = new ItemResult<TOutput>[outputs.Count];
        for (int i = 0; i < results.Length; i++)
        {
            results[i] = errors[i] is { } error ? new ItemResult<TOutput> { Error = error } : new ItemResult<TOutput> { Output = (TOutput)outputs[i]! };
        }

        return results;
    }

    protected abstract ValueTask<TOutput> InvokeAsync(TInput input, TaskContext context, CancellationToken cancellationToken);
}
