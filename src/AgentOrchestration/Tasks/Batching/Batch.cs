using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tasks.Batching;

/// <summary>
/// Attempts that started together, with one lease. Each runs its own middleware; where their code begins they meet here, and the code is called for all who have
/// come. Nobody waits for an attempt whose middleware takes longer: those who come later share the next call, one call at a time. Safe for concurrent use.
/// </summary>
/// <param name="code">The code of their task type.</param>
internal abstract class Batch(BatchCode code)
{
    private readonly Lock _gate = new();
    private List<BatchItem> _waiting = [];
    private bool _isBusy = true;

    /// <summary>The code of an attempt begins. Its item is called with those that have come.</summary>
    public void Join(BatchItem item)
    {
        lock (_gate)
        {
            _waiting.Add(item);
            if (_isBusy)
            {
                return;
            }

            _isBusy = true;
        }

        _ = CallAsync();
    }

    /// <summary>All attempts have begun: the code is called for those that have come.</summary>
    protected void Open() => _ = CallAsync();

    /// <summary>Makes a scope for one call.</summary>
    public abstract IServiceScope CreateScope();

    /// <summary>Rents an object of what the batch holds.</summary>
    public abstract ValueTask<T> RentAsync<T>(string resource, CancellationToken cancellationToken)
        where T : class;

    /// <summary>A call has returned: what it has rented goes back.</summary>
    public abstract ValueTask EndCallAsync();

    private async Task CallAsync()
    {
        while (Take() is { } items)
        {
            await code.CallAsync(items, this).ConfigureAwait(false);
        }
    }

    private List<BatchItem>? Take()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _isBusy = false;
                return null;
            }

            List<BatchItem> items = _waiting;
            _waiting = [];
            return items;
        }
    }
}
