using System.Collections.Concurrent;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Execution;

/// <summary>The runs that this process drives, by their ids, from before their first event to their end. Safe for concurrent use.</summary>
internal sealed class LiveRuns
{
    private readonly ConcurrentDictionary<string, LiveRun> _runs = new(StringComparer.Ordinal);
    private volatile bool _isStopped;

    /// <summary>Adds a run, held by whoever starts it, or the handle that an executor has put around the one that is here.</summary>
    public LiveRun Add(IRunHandle handle)
    {
        while (true)
        {
            LiveRun? before = Find(handle.RunId);
            if (before is { IsOpen: true })
            {
                before.WrapIn(handle);
                return before;
            }

            var run = new LiveRun(handle);
            if (before is null ? _runs.TryAdd(handle.RunId, run) : _runs.TryUpdate(handle.RunId, run, before))
            {
                _ = RemoveWhenGoneAsync(run);
                if (_isStopped)
                {
                    _ = run.CloseAsync(CancellationToken.None);
                }

                return run;
            }
        }
    }

    /// <returns>The run, or <see langword="null"/> when no run of that id is driven here.</returns>
    public LiveRun? Find(string runId) => _runs.GetValueOrDefault(runId);

    /// <summary>Refuses what would start a run after the shutdown.</summary>
    /// <exception cref="InvalidOperationException">The runs were stopped.</exception>
    public void ThrowIfStopped()
    {
        if (_isStopped)
        {
            throw new InvalidOperationException("The host has shut down, or its services were disposed of: no run is started or resumed any more.");
        }
    }

    /// <summary>Closes all runs, and every run that comes after.</summary>
    /// <param name="graceEnd">Ends the wait for code that does not return.</param>
    public async Task StopAsync(CancellationToken graceEnd)
    {
        _isStopped = true;
        await CallerContext.Leave();
        LiveRun[] runs = [.. _runs.Values];
        await Task.WhenAll(runs.Select(run => run.CloseAsync(graceEnd))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
}
