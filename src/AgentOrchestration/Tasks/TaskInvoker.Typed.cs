using System.Runtime.CompilerServices;

namespace AgentOrchestration.Tasks;

/// <summary>What invokers of the same types have in common.</summary>
/// <typeparam name="TOutput">The output.</typeparam>
internal abstract class TaskInvoker<TOutput> : TaskInvoker
{
    public sealed override Type OutputListType => typeof(TOutput[]);

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

    /// <summary>Boxes an output without an allocation beside the box when the code has returned already.</summary>
    protected static ValueTask<object?> BoxAsync(ValueTask<TOutput> output)
    {
        return output.IsCompletedSuccessfully ? new ValueTask<object?>(output.Result) : AwaitAsync(output);

        // Around code of others no context is left: on the pool there is none, in a simulation it is the simulation's.
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        static async ValueTask<object?> AwaitAsync(ValueTask<TOutput> output) => await output.ConfigureAwait(true);
    }
}
