using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tasks.Batching;

/// <summary>Code that takes several subtasks in one call.</summary>
/// <param name="code">Calls it with items of its own type.</param>
internal sealed class BatchCode(Func<BatchItem[], BatchContext, CancellationToken, ValueTask> code)
{
    /// <summary>Calls the code for one item, which is in no batch.</summary>
    public void CallAlone(BatchItem item) => _ = CallAsync([item], batch: null);

    /// <summary>Calls the code for items. Never throws: what goes wrong fails the items that have no answer.</summary>
    /// <param name="items">The items; those that are no longer waited for are left out.</param>
    /// <param name="batch">The batch that they are of; <see langword="null"/> for one item alone.</param>
    public async Task CallAsync(IReadOnlyList<BatchItem> items, Batch? batch)
    {
        var call = new BatchCall();
        BatchItem[] entered = call.Begin(items);
        if (entered.Length == 0)
        {
            return;
        }

        Exception? error = null;
        try
        {
            await CallInScopeAsync(call, entered, batch).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            error = exception;
        }

        try
        {
            if (batch is not null)
            {
                await batch.EndCallAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            error ??= exception;
        }

        call.End(error);
    }

    private async ValueTask CallInScopeAsync(BatchCall call, BatchItem[] items, Batch? batch)
    {
#pragma warning disable CA2000 // Disposed of as the asynchronous scope that it becomes.
        var scope = new AsyncServiceScope(batch?.CreateScope() ?? items[0].Context.Services.CreateScope());
#pragma warning restore CA2000
        await using (scope.ConfigureAwait(false))
        {
            await code(items, new BatchContext(call, batch, items[0].Context, scope.ServiceProvider), call.Stop).ConfigureAwait(false);
        }
    }
}
