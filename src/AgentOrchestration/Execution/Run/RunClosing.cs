using AgentOrchestration.Execution.Following;

namespace AgentOrchestration.Execution.Run;

/// <summary>Closes a run: in memory it is cancelled, a durable one is detached. Sinks and the cache are waited for, but not without end.</summary>
/// <param name="run">The environment.</param>
/// <param name="gate">The gate.</param>
/// <param name="committer">Detaches a durable run; <see langword="null"/> in memory.</param>
/// <param name="caching">The result cache.</param>
/// <param name="sinks">The event sinks.</param>
/// <param name="end">The end of the run.</param>
/// <param name="calls">The calls that attempts have deferred; <see langword="null"/> when none may be.</param>
internal sealed class RunClosing(RunEnvironment run, RunGate gate, RunCommitter? committer, ResultCaching caching, RunSinks sinks, RunEnd end, CallSubmissions? calls)
{
    /// <summary>
    /// The host has shut down, or the services of the application are gone: whatever fails from now on, such as code that waits for a run
    /// nested in it, says nothing about the work. Nothing that is reported afterwards counts.
    /// </summary>
    public void ShutDown(string reason)
    {
        bool hasBegun = false;
        _ = run.Executor.Live.Find(run.RunId)?.CloseAsync(Close);
        if (!hasBegun)
        {
            // Another caller closes it, which may not have reached the run yet.
            _ = Close().AsTask();
        }

        ValueTask Close()
        {
            hasBegun = true;
            return CloseAsync(reason, CancellationToken.None);
        }
    }

    public async ValueTask CloseAsync(string reason, CancellationToken graceEnd)
    {
        if (committer is null)
        {
            run.QueueOnPool(gate.Report(0, static (core, _, now, commands) => core.CancelRun(now, commands)));
        }
        else
        {
            await committer.DetachAsync(reason, graceEnd).ConfigureAwait(false);
        }

        await run.GraceAsync(end.Completion, Timeout.InfiniteTimeSpan, graceEnd).ConfigureAwait(false);
        Task[] writes = [];
        gate.Report(0, (_, _, _, _) => writes = caching.Writes);

        // A sink or a cache that lags is not waited for without end.
        TimeSpan atMost = run.Options.CancellationGracePeriod;
        using var grace = new ObserverGrace(run.Executor.TimeProvider, atMost, graceEnd);
        await Task.WhenAll(sinks.WaitAsync(grace), run.GraceAsync(Task.WhenAll(writes), atMost, graceEnd), CancellationsAsync(atMost, graceEnd)).ConfigureAwait(false);
        if (Array.Exists(writes, write => !write.IsCompleted))
        {
            ExecutionLog.CacheNotWaitedFor(run.Executor.Logger, run.RunId);
        }
    }

    /// <summary>What a batch endpoint answers for a run that has ended is charged, so the process does not end before it is asked to stop.</summary>
    private Task CancellationsAsync(TimeSpan atMost, CancellationToken graceEnd) =>
        calls is not null && run.Core.State.IsEnded ? run.GraceAsync(calls.WhenFollowedAsync(), atMost, graceEnd) : Task.CompletedTask;
}
