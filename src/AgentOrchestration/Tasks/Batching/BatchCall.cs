namespace AgentOrchestration.Tasks.Batching;

/// <summary>
/// One call of code that takes several items: what each of them gets. The last item that is answered, or left, is held back until the code has returned, so that
/// as long as it runs an attempt of it runs, with its lease, its time limits and its stop. Safe for concurrent use.
/// </summary>
#pragma warning disable CA1001 // The source of its stop has no timer, so it needs no disposal; who cancels late must find it.
internal sealed class BatchCall
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private BatchItem[] _items = [];
    private TaskUsage _unassigned = TaskUsage.None;
    private int _open;
    private BatchItem? _last;
    private Action? _completeLast;
    private bool _isUncacheable;

    /// <summary>What an item enters that left before any call.</summary>
    public static BatchCall None { get; } = new();

    /// <summary>Cancelled when no item is waited for any more.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Takes the items that are still waited for. One that leaves meanwhile leaves before or after all have been taken.</summary>
    /// <returns>The items.</returns>
    public BatchItem[] Begin(IEnumerable<BatchItem> items)
    {
        lock (_gate)
        {
            _items = [.. items.Where(item => item.TryEnter(this))];
            _open = _items.Length;
            return _items;
        }
    }

    /// <summary>An item has its answer.</summary>
    /// <param name="item">The item.</param>
    /// <param name="complete">Lets its attempt continue.</param>
    /// <returns>Whether it had none before, or is no longer waited for.</returns>
    public bool TryAnswer(BatchItem item, Action complete)
    {
        lock (_gate)
        {
            if (item.State != BatchItemState.Open)
            {
                return item.State == BatchItemState.Left;
            }

            item.State = BatchItemState.Answered;
            if (!TryRelease(item, ref complete))
            {
                return true;
            }
        }

        complete();
        return true;
    }

    /// <summary>An item is no longer waited for: its attempt was asked to stop.</summary>
    /// <param name="item">The item.</param>
    /// <param name="complete">Lets its attempt end.</param>
    public void Leave(BatchItem item, Action complete)
    {
        bool isLast;
        lock (_gate)
        {
            if (item.State == BatchItemState.Open)
            {
                item.State = BatchItemState.Left;
                isLast = !TryRelease(item, ref complete);
            }
            else if (_last == item)
            {
                isLast = true;
            }
            else
            {
                return;
            }
        }

        if (isLast)
        {
            _stop.Cancel();
        }
        else
        {
            complete();
        }
    }

    public void Count(TaskUsage usage)
    {
        lock (_gate)
        {
            _unassigned = _unassigned.Add(usage);
        }
    }

    public void DoNotCache()
    {
        lock (_gate)
        {
            _isUncacheable = true;
        }
    }

    /// <summary>A model has begun to answer for the items that have no answer yet.</summary>
    public void ShowFirstToken()
    {
        BatchItem[] open;
        lock (_gate)
        {
            open = Array.FindAll(_items, static item => item.State == BatchItemState.Open);
        }

        Array.ForEach(open, static item => item.Context.ShowFirstToken());
    }

    /// <summary>The code has returned, or thrown an exception.</summary>
    public void End(Exception? error)
    {
        List<Action> ends = [];
        lock (_gate)
        {
            foreach (BatchItem item in _items.Where(item => item.State == BatchItemState.Open))
            {
                item.State = BatchItemState.Answered;
                Exception reason = error ?? new TaskFailedException($"The code of the batch returned without an answer for '{item.Id}'.");
                ends.Add(Settled(item, _open--, () => item.Complete(reason)));
                if (_items.Length > 1)
                {
                    item.Context.BreakBatch();
                }
            }

            if (_last is { } last)
            {
                ends.Add(Settled(last, of: 1, _completeLast!));
            }
        }

        ends.ForEach(static complete => complete());
    }

    /// <summary>Whether the attempt of an item that has its answer, or has left, can continue now.</summary>
    private bool TryRelease(BatchItem item, ref Action complete)
    {
        complete = Settled(item, _open--, complete);
        if (_open > 0)
        {
            return true;
        }

        (_last, _completeLast) = (item, complete);
        return false;
    }

    /// <summary>Gives an item its part of what was used.</summary>
    /// <param name="item">The item.</param>
    /// <param name="of">Among how many it is divided, this one included.</param>
    /// <param name="complete">Lets its attempt continue.</param>
    /// <returns>What lets its attempt continue: with the error, when a middleware's context has refused what was reported to it.</returns>
    private Action Settled(BatchItem item, int of, Action complete)
    {
        try
        {
            if (_isUncacheable)
            {
                item.Context.DoNotCache();
            }

            if (_unassigned != TaskUsage.None)
            {
                (TaskUsage part, _unassigned) = _unassigned.Divide(of);
                item.Context.ReportUsage(part);
            }

            return complete;
        }
        catch (Exception exception)
        {
            return () => item.Complete(exception);
        }
    }
}
