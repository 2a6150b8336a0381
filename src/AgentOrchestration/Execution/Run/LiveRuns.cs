using System.Collections.Concurrent;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Execution.Run;

/// <summary>The runs that this process drives, by their ids, from before their first event to their end. Safe for concurrent use.</summary>
internal sealed class LiveRuns
{
    /// <summary>Why a run goes no further after a shutdown.</summary>
    public const string HostHasShutDown = "its host has shut down.";

    private readonly ConcurrentDictionary<string, LiveRun> _runs = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    // Used under the gate, but for the flag.
    private volatile bool _isStopped;
    private CancellationToken _graceEnd;
    private int _starting;
    private TaskCompletionSource? _noneIsStarting;

    /// <summary>Whether the runs were stopped.</summary>
    public bool IsStopped => _isStopped;

    /// <summary>The runs that are here now.</summary>
    public IReadOnlyList<LiveRun> All => [.. _runs.Values];

    /// <summary>Adds a run, held by its starter, or the handle that an executor has put around the one that is here.</summary>
    public LiveRun Add(IRunHandle handle, RunOptions options, RunFlow? flow = null)
    {
        while (true)
        {
            LiveRun? before = Find(handle.RunId);
            if (before is { IsOpen: true })
            {
                before.WrapIn(handle);
                return before;
            }

            var run = new LiveRun(handle, options, flow);
            if (before is null ? _runs.TryAdd(handle.RunId, run) : _runs.TryUpdate(handle.RunId, run, before))
            {
                _ = RemoveWhenGoneAsync(run);
                if (_isStopped)
                {
                    // Elsewhere, so that its start comes first.
                    _ = Task.Run(() => run.ShutDownAsync(_graceEnd));
                }

                return run;
            }
        }
    }

    /// <returns>The run, or <see langword="null"/> when no run of that id is driven here.</returns>
    public LiveRun? Find(string runId) => _runs.GetValueOrDefault(runId);

    /// <summary>Begins a start or a resumption. A shutdown waits for it, so that it detaches the run that comes of it.</summary>
    /// <returns>Ends it when disposed of.</returns>
    /// <exception cref="InvalidOperationException">The runs were stopped.</exception>
    public IDisposable BeginStart()
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                throw new InvalidOperationException("The host has shut down, or its services were disposed of: no run is started or resumed any more.");
            }

            _starting++;
            return new StartInProgress(this);
        }
    }

    /// <summary>Closes all runs, and every run that comes after.</summary>
    /// <param name="graceEnd">Ends the wait for code that does not return.</param>
    public async Task StopAsync(CancellationToken graceEnd)
    {
        Task noneIsStarting;
        lock (_gate)
        {
            if (!_isStopped)
            {
                (_isStopped, _graceEnd) = (true, graceEnd);
            }

            noneIsStarting = _starting == 0 ? Task.CompletedTask : (_noneIsStarting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        await CallerContext.Leave();
        Task closing = CloseAllAsync(graceEnd);
        await noneIsStarting.WaitAsync(graceEnd).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(closing, CloseAllAsync(graceEnd)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>A run whose code closes it, or whose sink does, is closed too, but cannot be waited for there.</summary>
    private Task CloseAllAsync(CancellationToken graceEnd) => Task.WhenAll(
        _runs.Values.Select(run => (run, Closing: run.ShutDownAsync(graceEnd))).Where(closing => !NestedWait.IsVain(closing.run.Flow)).Select(closing => closing.Closing));

    private void EndStart()
    {
        lock (_gate)
        {
            if (--_starting == 0)
            {
                _noneIsStarting?.TrySetResult();
            }
        }
    }

    private async Task RemoveWhenGoneAsync(LiveRun run)
    {
        Task gone;
        do
        {
            gone = run.Gone;
            await gone.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (gone != run.Gone);
        _runs.TryRemove(KeyValuePair.Create(run.Handle.RunId, run));
    }

    private sealed class StartInProgress(LiveRuns runs) : IDisposable
    {
        private bool _hasEnded;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _hasEnded, true))
            {
                runs.EndStart();
            }
        }
    }
}
