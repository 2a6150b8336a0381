using AgentOrchestration.Resources;

namespace AgentOrchestration.Execution.Attempts;

/// <summary>The objects of resources that an attempt has in its hands: no more of each than it holds units.</summary>
internal sealed class RentedObjects(ResourceObjects objects, ResourceLease? lease)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _asked = new(StringComparer.Ordinal);
    private readonly List<(ResourceObjectPool Pool, object Item)> _lent = [];
    private bool _isOver;

    public async ValueTask<T> RentAsync<T>(string resource, CancellationToken cancellationToken)
        where T : class
    {
        ResourceObjectPool pool = objects.Of(resource);
        CountOneMore(resource);
        object item;
        try
        {
            item = await pool.RentAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_gate)
            {
                _asked[resource]--;
            }

            throw;
        }

        lock (_gate)
        {
            if (!_isOver)
            {
                _lent.Add((pool, item));
                return item as T ?? throw new InvalidOperationException($"The objects of the resource '{resource}' are of the type {item.GetType().Name}, not {typeof(T).Name}.");
            }
        }

        await pool.ReturnAsync(item).ConfigureAwait(false);
        throw Over(resource);
    }

    /// <summary>The code has returned: everything goes back.</summary>
    public async ValueTask EndAsync()
    {
        lock (_gate)
        {
            _isOver = true;
        }

        foreach ((ResourceObjectPool pool, object item) in _lent)
        {
            await pool.ReturnAsync(item).ConfigureAwait(false);
        }
    }

    private void CountOneMore(string resource)
    {
        long held = lease?.Granted.Amounts.FirstOrDefault(amount => amount.Name == resource).Amount ?? 0;
        lock (_gate)
        {
            if (_isOver)
            {
                throw Over(resource);
            }

            long asked = _asked.GetValueOrDefault(resource) + 1;
            if (asked > held)
            {
                throw new InvalidOperationException(
                    $"The subtask holds {held} of '{resource}', but rents object {asked} of it: require as many for its task type or for the subtask.");
            }

            _asked[resource] = asked;
        }
    }

    private static InvalidOperationException Over(string resource) => new($"The attempt is over; no object of '{resource}' is lent any more.");
}
