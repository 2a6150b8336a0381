using System.Collections.Concurrent;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Graph;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration;

/// <summary>Finds, resumes and starts runs by their ids: one that is live here is held, another is opened by one caller at a time.</summary>
internal sealed class RunsById(LiveRuns liveRuns, StoredRuns stored, FollowedRuns followed, IServiceProvider services)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _opening = new(StringComparer.Ordinal);

    /// <returns>The run, when this process drives it; it need not be disposed of.</returns>
    public OrchestrationRun? Find(string runId) =>
        liveRuns.Find(runId) is { IsOpen: true } run ? new OrchestrationRun(run, services, Task.CompletedTask, isHolder: false) : null;

    /// <returns>The run as it is driven here, or else followed through its store.</returns>
    public async Task<OrchestrationRun> AttachAsync(string runId, CancellationToken cancellationToken) =>
        Find(runId) ?? await followed.FollowAsync(runId, cancellationToken).ConfigureAwait(false);

    /// <summary>Stores a run for a process that has room for it. Under an id of the caller's own it is stored once.</summary>
    /// <exception cref="InvalidOperationException">There is a run of that id that is another one.</exception>
    public async Task<string> SubmitAsync(TaskGraph graph, RunOptions options, Func<TaskPlan, bool> isSame, string newRunId, CancellationToken cancellationToken)
    {
        string runId = options.RunId ?? newRunId;
        if (await stored.SubmitAsync(runId, graph, options, cancellationToken).ConfigureAwait(false)
            || isSame((await stored.GetAsync(runId, cancellationToken).ConfigureAwait(false)).Plan))
        {
            return runId;
        }

        throw IsOther(runId);
    }

    /// <summary>Closes all runs.</summary>
    public Task StopAsync(CancellationToken graceEnd) => liveRuns.StopAsync(graceEnd);

    public Task<OrchestrationRun> ResumeAsync(string runId, CancellationToken cancellationToken) =>
        OpenAsync(runId, () => stored.ResumeAsync(runId, cancellationToken), cancellationToken);

    /// <summary>Resumes a run whose lease this process has claimed.</summary>
    public async Task<OrchestrationRun> ResumeAsync(TakenLease taken, CancellationToken cancellationToken)
    {
        bool isUsed = false;
        try
        {
            return await OpenAsync(
                taken.Lease.RunId,
                () =>
                {
                    isUsed = true;
                    return stored.ResumeAsync(taken, cancellationToken);
                },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!isUsed)
            {
                await stored.ReleaseAsync(taken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Starts a run, unless its caller has given it an id and there is a run of that id: then that one is the run.</summary>
    /// <param name="options">The options of the run.</param>
    /// <param name="isSame">Whether a run of a plan is the one that is to be started.</param>
    /// <param name="start">Starts it.</param>
    /// <param name="cancellationToken">Cancels the start, not the run.</param>
    /// <exception cref="InvalidOperationException">There is a run of that id that is another one.</exception>
    public async Task<OrchestrationRun> StartOnceAsync(RunOptions options, Func<TaskPlan, bool> isSame, Func<Task<OrchestrationRun>> start, CancellationToken cancellationToken)
    {
        if (options.RunId is not { } runId)
        {
            return await start().ConfigureAwait(false);
        }

        OrchestrationRun run = await OpenAsync(runId, () => ResumeOrStartAsync(runId, isSame, start, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (isSame(run.Plan))
        {
            return run;
        }

        await run.DisposeAsync().ConfigureAwait(false);
        throw IsOther(runId);
    }

    private async Task<OrchestrationRun> ResumeOrStartAsync(string runId, Func<TaskPlan, bool> isSame, Func<Task<OrchestrationRun>> start, CancellationToken cancellationToken)
    {
        RunHeader? header = await FindStoredAsync().ConfigureAwait(false);
        if (header is null)
        {
            try
            {
                return await start().ConfigureAwait(false);
            }
            catch (InvalidOperationException)
            {
                // Another process may have started it in the meantime.
                header = await FindStoredAsync().ConfigureAwait(false);
                if (header is null)
                {
                    throw;
                }
            }
        }

        return isSame(header.Plan) ? await stored.ResumeAsync(runId, cancellationToken).ConfigureAwait(false) : throw IsOther(runId);

        async Task<RunHeader?> FindStoredAsync() => stored.IsAny ? await stored.FindAsync(runId, cancellationToken).ConfigureAwait(false) : null;
    }

    private async Task<OrchestrationRun> OpenAsync(string runId, Func<Task<OrchestrationRun>> open, CancellationToken cancellationToken)
    {
        while (true)
        {
            // One at a time: the second caller gets the run of the first, once it has started and not before.
            var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            TaskCompletionSource first = _opening.GetOrAdd(runId, opened);
            if (first != opened)
            {
                await first.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            LiveRun? live;
            try
            {
                live = liveRuns.Find(runId);
                if (live is null || live.Gone.IsCompleted)
                {
                    return await open().ConfigureAwait(false);
                }

                if (live.TryHold())
                {
                    return new OrchestrationRun(live, services, Task.CompletedTask, isHolder: true);
                }
            }
            finally
            {
                _opening.TryRemove(runId, out _);
                opened.SetResult();
            }

            // It has ended, or is being detached here: its code returns, its lease is released.
            using NestedWait? inside = NestedWait.Begin(live.Flow);
            await live.Gone.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static InvalidOperationException IsOther(string runId) => new(
        $"There is a run '{Excerpt.Of(runId)}' already, of another plan or request. Start this one under another id, or open that one with {nameof(ITaskOrchestrator.ResumeAsync)}.");
}
