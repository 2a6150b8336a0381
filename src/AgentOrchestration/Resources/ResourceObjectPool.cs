using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Resources;

/// <summary>
/// Objects that are lent together with a unit of the resource of the same name: the lease is the right to one, so the pool counts nothing
/// and never waits. It makes one only if none is idle, and keeps those that come back as long as the capacity covers them. Those that are made
/// ahead of need lie idle as soon as they are made, unless somebody waits for them by then.
/// </summary>
internal sealed class ResourceObjectPool : IAsyncDisposable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Func<CancellationToken, ValueTask<object>> _make;
    private readonly Func<object, ValueTask>? _reset;
    private readonly TimeSpan _idleTimeout;
    private readonly IResourceManager _resources;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly bool _mayHoldSecrets;

    // The one that was used last is lent first, so that the others come to the end of their time.
    private readonly LinkedList<(object Item, long Since)> _idle = new();
    private readonly ObjectsInMaking _making = new();
#pragma warning disable CA2213 // Cancelled on disposal; without a timer there is nothing to release.
    private readonly CancellationTokenSource _stop = new();
#pragma warning restore CA2213
    private long _expected;
    private int _lent;
    private ITimer? _timer;
    private bool _isDisposed;

    public ResourceObjectPool(
        ResourceObjectDeclaration declaration,
        Func<CancellationToken, ValueTask<object>> make,
        IResourceManager resources,
        TimeProvider timeProvider,
        ILogger logger,
        bool mayHoldSecrets)
    {
        Name = declaration.Name;
        IsMadeAhead = declaration.IsMadeAhead;
        _make = make;
        _reset = declaration.Reset;
        _idleTimeout = declaration.IdleTimeout;
        _resources = resources;
        _timeProvider = timeProvider;
        _logger = logger;
        _mayHoldSecrets = mayHoldSecrets;
        if (resources is IAdjustableResources adjustable)
        {
            adjustable.CapacityChanged += CloseUncovered;
        }
    }

    public string Name { get; }

    /// <summary>Whether objects are made before they are asked for.</summary>
    public bool IsMadeAhead { get; }

    /// <summary>How many objects there are, those in the making included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return All;
            }
        }
    }

    // Inside the gate.
    private int All => _idle.Count + _making.Count + _lent;

    /// <summary>So many more objects will be asked for soon; fewer when negative. Returns at once, and never throws.</summary>
    /// <param name="objects">How many.</param>
    /// <param name="elsewhere">Lets another thread begin something soon.</param>
    public void Expect(long objects, Action<Action> elsewhere)
    {
        lock (_gate)
        {
            _expected += objects;
            while (!_isDisposed && _idle.Count + _making.Count < _expected && All < Capacity)
            {
                TaskCompletionSource<object?> made = _making.Begin();
                elsewhere(() => _ = MakeAheadAsync(made));
            }
        }
    }

    /// <summary>Lends an object. Who asks holds a unit of the resource.</summary>
    public async ValueTask<object> RentAsync(CancellationToken cancellationToken)
    {
        Task<object?>? coming;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _lent++;
            if (_idle.Last is { } latest)
            {
                _idle.RemoveLast();
                return latest.Value.Item;
            }

            coming = _making.Take();
        }

        if (coming is not null && await ReceiveAsync(coming, cancellationToken).ConfigureAwait(false) is { } made)
        {
            return made;
        }

        try
        {
            return await _make(cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"The factory of the resource '{Name}' returned null.");
        }
        catch
        {
            lock (_gate)
            {
                _lent--;
            }

            throw;
        }
    }

    /// <summary>An object comes back, before the unit of the resource does. Never throws.</summary>
    public async ValueTask ReturnAsync(object item)
    {
        bool isGood = await TryResetAsync(item).ConfigureAwait(false);
        lock (_gate)
        {
            _lent--;
            if (isGood && TryKeep(item))
            {
                return;
            }
        }

        await CloseAsync(item).ConfigureAwait(false);
    }

    public void Dispose() => CloseAll();

    public async ValueTask DisposeAsync()
    {
        foreach (object item in TakeAll())
        {
            await CloseAsync(item).ConfigureAwait(false);
        }
    }

    private long Capacity
    {
        get
        {
            try
            {
                return _resources.GetCapacity(Name) ?? 0;
            }
            catch (Exception)
            {
                // An application's own manager: what it cannot say is not kept.
                return 0;
            }
        }
    }

    /// <summary>Waits for an object that is made ahead, for an attempt that has asked for one.</summary>
    /// <returns>The object; <see langword="null"/> when it could not be made.</returns>
    private async ValueTask<object?> ReceiveAsync(Task<object?> coming, CancellationToken cancellationToken)
    {
        try
        {
            return await coming.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (PutBack(coming) is { } left)
            {
                await CloseAsync(left).ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Nobody waits any longer for an object that is made ahead.</summary>
    /// <returns>The object, if it is there and is not kept.</returns>
    private object? PutBack(Task<object?> coming)
    {
        lock (_gate)
        {
            _lent--;
            return !_making.TryPutBack(coming) && coming.Result is { } item && !TryKeep(item) ? item : null;
        }
    }

    /// <summary>Makes an object that nobody has asked for yet.</summary>
    private async Task MakeAheadAsync(TaskCompletionSource<object?> made)
    {
        object? item = null;
        try
        {
            item = await _make(_stop.Token).ConfigureAwait(false) ?? throw new InvalidOperationException($"The factory of the resource '{Name}' returned null.");
        }
        catch (Exception exception)
        {
            if (!_stop.IsCancellationRequested)
            {
                ResourceLog.MakeAheadThrew(_logger, Shown(exception), Name, exception.GetType().FullName);
            }
        }

        lock (_gate)
        {
            bool isAwaited = !_making.End(made.Task);
            made.SetResult(item);
            if (item is null || isAwaited || TryKeep(item))
            {
                return;
            }
        }

        await CloseAsync(item).ConfigureAwait(false);
    }

    /// <summary>Inside the gate: keeps an object that nobody uses now, if the capacity covers it.</summary>
    private bool TryKeep(object item)
    {
        if (_isDisposed || All >= Capacity)
        {
            return false;
        }

        _idle.AddLast((item, _timeProvider.GetTimestamp()));
        _timer ??= CreateTimer();
        if (_idle.Count == 1)
        {
            SetTimer(_idleTimeout);
        }

        return true;
    }

    private void CloseAll()
    {
        foreach (object item in TakeAll())
        {
            _ = CloseAsync(item);
        }
    }

    private object[] TakeAll()
    {
        if (_resources is IAdjustableResources adjustable)
        {
            adjustable.CapacityChanged -= CloseUncovered;
        }

        object[] items;
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
            _timer = null;
            items = [.. _idle.Select(idle => idle.Item)];
            _idle.Clear();
        }

        // What is still being made is closed when it comes.
        _ = _stop.CancelAsync();
        return items;
    }

    /// <summary>The pool may have shrunk: idle objects that its capacity does not cover any more go at once.</summary>
    private void CloseUncovered(object? sender, EventArgs e)
    {
        long capacity = Capacity;
        CloseWhile(() => All > capacity);
    }

    private void OnIdleTimeout()
    {
        CloseWhile(() => _timeProvider.GetElapsedTime(_idle.First!.Value.Since) >= _idleTimeout);
        lock (_gate)
        {
            if (_idle.First is { } first)
            {
                SetTimer(_idleTimeout - _timeProvider.GetElapsedTime(first.Value.Since));
            }
        }
    }

    /// <summary>Closes idle objects, the longest idle first.</summary>
    private void CloseWhile(Func<bool> isTooMany)
    {
        List<object> closing = [];
        lock (_gate)
        {
            while (_idle.First is { } first && isTooMany())
            {
                _idle.RemoveFirst();
                closing.Add(first.Value.Item);
            }
        }

        closing.ForEach(item => _ = CloseAsync(item));
    }

    private async ValueTask<bool> TryResetAsync(object item)
    {
        if (_reset is null)
        {
            return true;
        }

        try
        {
            await _reset(item).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            ResourceLog.ResetThrew(_logger, Shown(exception), Name, exception.GetType().FullName);
            return false;
        }
    }

    private async Task CloseAsync(object item)
    {
        try
        {
            if (item is IAsyncDisposable closable)
            {
                await closable.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                (item as IDisposable)?.Dispose();
            }
        }
        catch (Exception exception)
        {
            ResourceLog.CloseThrew(_logger, Shown(exception), Name, exception.GetType().FullName);
        }
    }

    /// <summary>
    /// An exception for the log. An object may hold secrets of every attempt that has rented it, also of runs that have ended and whose secrets are
    /// forgotten: nothing of what it throws is shown then but the type.
    /// </summary>
    private Exception? Shown(Exception exception) => _mayHoldSecrets ? null : exception;

    private void SetTimer(TimeSpan due) =>
        _timer?.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(due.TotalMilliseconds))), Timeout.InfiniteTimeSpan);

    private ITimer CreateTimer()
    {
        using AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        return _timeProvider.CreateTimer(static pool => ((ResourceObjectPool)pool!).OnIdleTimeout(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
