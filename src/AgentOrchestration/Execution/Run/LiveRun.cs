using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Execution.Run;

/// <summary>A run that this process drives, shared by all who hold it: the last one who releases it disposes of its handle. Safe for concurrent use.</summary>
/// <param name="handle">The handle. The one who starts the run holds it.</param>
/// <param name="options">How the run is executed.</param>
/// <param name="flow">The run as its code sees it; <see langword="null"/> when a custom executor runs it.</param>
internal sealed class LiveRun(IRunHandle handle, RunOptions options, RunFlow? flow = null)
{
    private readonly Lock _gate = new();
    private int _holders = 1;

    // Asked for once: a handle of an application's own may make it anew each time.
    private Task<RunOutcome> _completion = handle.Completion;
    private Task? _closing;
    private Task? _shutdown;

    /// <summary>The run as its executor sees it.</summary>
    public IRunHandle Handle { get; private set; } = handle;

    /// <summary>How the run is executed.</summary>
    public RunOptions Options { get; } = options;

    /// <summary>The run as its code sees it; <see langword="null"/> when a custom executor runs it.</summary>
    public RunFlow? Flow { get; } = flow;

    /// <summary>Completes when the run is driven here no longer: it has ended, or it was closed and its code has returned.</summary>
    public Task Gone
    {
        get
        {
            lock (_gate)
            {
                return _closing ?? _completion;
            }
        }
    }

    /// <summary>Whether the run has neither ended nor is about to be closed.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return _closing is null && _holders > 0 && !_completion.IsCompleted;
            }
        }
    }

    /// <summary>An executor that is built around another one gives its own handle of the run.</summary>
    public void WrapIn(IRunHandle wrapper)
    {
        lock (_gate)
        {
            Handle = wrapper;
            _completion = wrapper.Completion;
        }
    }

    /// <summary>Holds the run, so that it is not closed when its other holders release it.</summary>
    /// <returns>Whether it can be held: whether it is open.</returns>
    public bool TryHold()
    {
        lock (_gate)
        {
            if (!IsOpen)
            {
                return false;
            }

            _holders++;
            return true;
        }
    }

    /// <summary>Releases the run once. With its last holder it is closed.</summary>
    /// <returns>Completes at once, or when the run is closed.</returns>
    public Task ReleaseAsync()
    {
        lock (_gate)
        {
            if (--_holders > 0)
            {
                return Task.CompletedTask;
            }
        }

        return CloseAsync(() => Handle.DisposeAsync());
    }

    /// <summary>
    /// Closes the run for a shutdown, also when others hold it: in memory it is cancelled, a durable one is detached. One that closes it already may
    /// wait longer than the shutdown does.
    /// </summary>
    /// <param name="graceEnd">Ends the wait for code that does not return.</param>
    public Task ShutDownAsync(CancellationToken graceEnd)
    {
        var shutdown = new TaskCompletionSource();
        lock (_gate)
        {
            if (_shutdown is not null)
            {
                return _shutdown;
            }

            _shutdown = shutdown.Task;
            _closing ??= shutdown.Task;
        }

        _ = CloseAsync(shutdown, () => Handle.CloseAsync(graceEnd));
        return shutdown.Task;
    }

    /// <summary>Closes the run in a given way, unless it is being closed already. It has begun when this returns.</summary>
    public Task CloseAsync(Func<ValueTask> close)
    {
        var closing = new TaskCompletionSource();
        lock (_gate)
        {
            if (_closing is not null)
            {
                return _closing;
            }

            _closing = closing.Task;
        }

        _ = CloseAsync(closing, close);
        return closing.Task;
    }

    private static async Task CloseAsync(TaskCompletionSource closing, Func<ValueTask> close)
    {
        try
        {
            await close().ConfigureAwait(false);
            closing.SetResult();
        }
        catch (Exception exception)
        {
            // A custom executor; the disposer of the run receives it.
            closing.SetException(exception);
        }
    }
}
