using System.Runtime.CompilerServices;

namespace AgentOrchestration.Tasks;

/// <summary>Code that has not returned yet. Notifies its owner when it has, on whatever thread that happens.</summary>
internal sealed class PendingCode<TOutput>(ConfiguredValueTaskAwaitable<TOutput>.ConfiguredValueTaskAwaiter awaiter, ICodeOwner owner)
{
    public void Await() => awaiter.UnsafeOnCompleted(OnCompleted);

    private void OnCompleted()
    {
        object? output = null;
        Exception? exception = null;
        try
        {
            output = awaiter.GetResult();
        }
        catch (Exception thrown)
        {
            exception = thrown;
        }

        owner.OnCodeReturned(output, exception);
    }
}
