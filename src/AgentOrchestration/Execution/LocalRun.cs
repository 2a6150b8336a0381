using System.Runtime.CompilerServices;
using AgentOrchestration.Graph;
using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>
/// Hosts the dispatch core on the thread pool. Whoever has something to tell takes the gate, tells it, leaves the gate, and carries
/// out what was decided. Of the code of others only the clock and the resource manager run inside the gate.
/// </summary>
internal sealed class LocalRun : IRunHandle
{
    [ThreadStatic]
    private static List<Decision>? _spareDecisions;

    private readonly Lock _gate = new();
    private readonly DispatchCore _core;
    private readonly RunEventFactory _events;
#pragma warning disable CA2213 // A captured context needs no disposal, and abandoned code may still look at it.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
#pragma warning restore CA2213
    private readonly TaskCompletionSource<RunOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<int, LocalAttempt> _running = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _ended;
    private readonly Dictionary<int, string> _identities = [];
    private readonly List<Task> _cacheWrites = [];
    private readonly DateTimeOffset _startedAt;
    private readonly long _startTimestamp;
    private readonly bool _needsResources;
    private readonly List<Task> _pumps = [];

    public LocalRun(LocalExecutor executor, TaskGraph graph, RunOptions options)
    {
        Executor = executor;
        Graph = graph;
        Options = options;
        RunId = Guid.CreateVersion7().ToString("N");
        Stopping = _stopping.Token;
        _ended = _ending.Token;
        _core = new DispatchCore(graph, executor.Resources, RunId, options.MaxParallelism, SharablesOf(graph, executor.Cache is not null));
        _events = new RunEventFactory(RunId, graph);
        Inputs = new InputBinder(graph, _core.State.PayloadOf, executor.Serializer);
        _startedAt = executor.TimeProvider.GetUtcNow();
        _startTimestamp = executor.TimeProvider.GetTimestamp();
        _needsResources = graph.NeedVectors.Any(needs => !needs.IsNone);
    }

    public LocalExecutor Executor { get; }

    public RunOptions Options { get; }

    public InputBinder Inputs { get; }

    /// <summary>Cancelled when running code has to stop.</summary>
    public CancellationToken Stopping { get; }

    public string RunId { get; }

    public TaskGraph Graph { get; }

    public Task<RunOutcome> Completion => _completion.Task;

    private RunHistory History => _core.State.History;

    public void Start()
    {
        // One pump for each, so that a slow sink holds up no other.
        foreach (IRunEventSink sink in Executor.Sinks.Where(sink => sink.IsEnabled))
        {
            _pumps.Add(Task.Run(() => RunEventPump.PumpAsync(this, sink, Executor.Logger)));
        }

        if (_needsResources)
        {
            Executor.Resources.Released += OnReleased;
        }

        Queue(Tell((core, now, decisions) => core.Start(now, decisions)));
    }

    public async IAsyncEnumerable<RunEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int next = 0; ; next++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (next == History.Count)
            {
                await History.WaitForMoreAsync(next, cancellationToken).ConfigureAwait(false);
            }

            RunEvent runEvent = _events.Create(History[next], next);
            yield return runEvent;
            if (runEvent is RunEnded)
            {
                yield break;
            }
        }
    }

    public RunSnapshot GetSnapshot() =>
        RunSnapshot.Fold(Enumerable.Range(0, History.Count).Select(index => _events.Create(History[index], index)));

    public ValueTask CancelAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<LocalAttempt> revoked = [];
        Queue(Tell((core, now, decisions) =>
        {
            core.CancelRun(now, decisions);

            // Code that has not begun never will: when this returns, nothing new starts.
            foreach (LocalAttempt attempt in _running.Values.Where(attempt => attempt.TryRevoke()).ToArray())
            {
                revoked.Add(attempt);
                _running.Remove(attempt.Index);
                core.Stopped(attempt.Index, attempt.Attempt, abandoned: false, now, decisions);
            }
        }));
        revoked.ForEach(GiveBack);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await CancelAsync(CancellationToken.None).ConfigureAwait(false);
        await ((Task)Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] rest;
        lock (_gate)
        {
            rest = [.. _pumps, .. _cacheWrites];
        }

        // A sink or a cache that lags is not waited for without end.
        Task all = Task.WhenAll(rest);
        if (!all.IsCompleted)
        {
            using var drained = new CancellationTokenSource();
            await Task.WhenAny(all, Task.Delay(Options.AbandonAfter, Executor.TimeProvider, drained.Token)).ConfigureAwait(false);
            await drained.CancelAsync().ConfigureAwait(false);
        }

        _stopping.Dispose();
        _ending.Dispose();
    }

    /// <summary>Gives a thread of the pool the ambient values (activity, culture…) of whoever started the run.</summary>
    public void RestoreContext()
    {
        if (_context is not null)
        {
            ExecutionContext.Restore(_context);
        }
    }

    /// <summary>The code of an attempt has returned.</summary>
    /// <returns>What to run next on this thread, or <see langword="null"/>.</returns>
    public LocalAttempt? Complete(LocalAttempt attempt, object? output, Exception? exception)
    {
        GiveBack(attempt);
        SubtaskError? error = exception is null ? null : SubtaskError.From(exception);
        bool mayRetry = exception is not null && MayRetry(attempt.TaskType, exception);
        bool counted = false;
        LocalAttempt? next = Tell((core, now, decisions) =>
        {
            if (attempt.IsAbandoned)
            {
                if (attempt.Lease is { } lease)
                {
                    core.LeaseRecovered(lease.Granted);
                }

                return;
            }

            _running.Remove(attempt.Index);
            if (error is null)
            {
                counted = core.Succeeded(attempt.Index, attempt.Attempt, output, now, decisions);
            }
            else if (core.State.IsCancelling)
            {
                // Code that was told to stop ends in all sorts of exceptions; what it stopped for is the cancellation.
                core.Stopped(attempt.Index, attempt.Attempt, abandoned: false, now, decisions);
            }
            else
            {
                core.Failed(attempt.Index, attempt.Attempt, error, mayRetry, now, decisions);
            }
        });
        if (counted)
        {
            Cache(attempt, output);
        }

        return next;
    }

    /// <summary>An attempt whose time is up ignores it. Another may start beside it only if the work changes nothing outside.</summary>
    public void Abandon(LocalAttempt attempt, TimeoutException error)
    {
        bool mayRetry = attempt.TaskType.MayShare && MayRetry(attempt.TaskType, error);
        Queue(Tell((core, now, decisions) =>
        {
            if (_running.Remove(attempt.Index))
            {
                MarkAbandoned(attempt, core);
                core.Failed(attempt.Index, attempt.Attempt, SubtaskError.From(error), mayRetry, now, decisions);
            }
        }));
        ExecutionLog.Abandoned(Executor.Logger, RunId, attempt.Subtask.Id);
    }

    public void Report(LocalAttempt attempt, double fraction, string? message)
    {
        var progress = new Progress(double.IsNaN(fraction) ? 0 : Math.Clamp(fraction, 0, 1), message);
        Tell((core, now, _) => core.Report(attempt.Index, attempt.Attempt, progress, now));
    }

    /// <summary>Work must be identified when an identical subtask may be in the run, or an earlier result in the cache.</summary>
    private static Func<int, bool> SharablesOf(TaskGraph graph, bool hasCache)
    {
        HashSet<TaskDescriptor> sharable =
        [
            .. graph.TaskTypes
                .Where(taskType => taskType.MayShare)
                .GroupBy(taskType => taskType)
                .Where(group => group.Skip(1).Any() || (hasCache && group.Key.Effect == TaskEffect.Pure))
                .Select(group => group.Key),
        ];
        return sharable.Count == 0 ? static _ => false : subtask => sharable.Contains(graph.TaskTypes[subtask]);
    }

    private static List<Decision> RentDecisions()
    {
        List<Decision> decisions = _spareDecisions ?? [];
        _spareDecisions = null;
        return decisions;
    }

    private static void Queue(LocalAttempt? attempt)
    {
        if (attempt is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(attempt, preferLocal: false);
        }
    }

    private static bool MayRetry(TaskDescriptor taskType, Exception exception)
    {
        try
        {
            return taskType.Options.Retry.MaxAttempts > 1 && taskType.Options.Retry.ShouldRetry(exception);
        }
        catch (Exception)
        {
            // A rule that throws has not said that another attempt is worth it; the error of the attempt itself is what counts.
            return false;
        }
    }

    private static void MarkAbandoned(LocalAttempt attempt, DispatchCore core)
    {
        attempt.IsAbandoned = true;
        if (attempt.Lease is { } lease)
        {
            core.LeaseAbandoned(lease.Granted);
        }
    }

    /// <summary>Tells the core something inside the gate and carries out what it decides. Never throws: what is unexpected ends the run, by name.</summary>
    /// <returns>The most urgent attempt to start, for the caller's thread; the others are on their way.</returns>
    private LocalAttempt? Tell(Action<DispatchCore, long, List<Decision>> what)
    {
        List<Decision> decisions = RentDecisions();
        try
        {
            lock (_gate)
            {
                what(_core, Now(), decisions);
                Register(decisions);
            }
        }
        catch (Exception exception)
        {
            Abort(exception, decisions);
        }

        return CarryOut(decisions);
    }

    /// <summary>Attempts count as running from the moment of the decision, so that a cancellation finds them.</summary>
    private void Register(List<Decision> decisions)
    {
        for (int i = 0; i < decisions.Count; i++)
        {
            if (decisions[i] is { Kind: DecisionKind.Start } start)
            {
                var attempt = new LocalAttempt(this, start.Subtask, start.Attempt, start.Lease);
                _running[start.Subtask] = attempt;
                decisions[i] = start with { Host = attempt };
            }
        }
    }

    private void Abort(Exception exception, List<Decision> decisions)
    {
        try
        {
            lock (_gate)
            {
                if (!_core.State.IsEnded)
                {
                    _core.Abort(SubtaskError.From(exception), Now(), decisions);
                }

                Register(decisions);
            }
        }
        catch (Exception second)
        {
            _completion.TrySetException(new AggregateException(exception, second));
        }
    }

    private void GiveBack(LocalAttempt attempt)
    {
        try
        {
            attempt.Lease?.Dispose();
        }
        catch (Exception exception)
        {
            // An application's own manager, or one of those who listen to it.
            ExecutionLog.ReleaseThrew(Executor.Logger, exception, RunId, attempt.Subtask.Id);
        }
    }

    /// <summary>Time that never runs backwards, whatever happens to the system's clock.</summary>
    private long Now() => (_startedAt + Executor.TimeProvider.GetElapsedTime(_startTimestamp)).UtcTicks;

    private LocalAttempt? CarryOut(List<Decision> decisions)
    {
        LocalAttempt? first = null;
        foreach (Decision decision in decisions)
        {
            switch (decision.Kind)
            {
                case DecisionKind.Start when first is null:
                    first = (LocalAttempt)decision.Host!;
                    break;
                case DecisionKind.Start:
                    Queue((LocalAttempt)decision.Host!);
                    break;
                case DecisionKind.Identify:
                    _ = Task.Run(() => IdentifyAsync(decision.Subtask));
                    break;
                case DecisionKind.RetryLater:
                    _ = RetryLaterAsync(decision);
                    break;
                case DecisionKind.StopRunning:
                    _ = StopRunningAsync();
                    break;
                case DecisionKind.EndRun:
                    End();
                    break;
            }
        }

        decisions.Clear();
        _spareDecisions = decisions;
        History.Announce();
        return first;
    }

    private async Task IdentifyAsync(int subtask)
    {
        string? identity = null;
        CachedOutput? cached = null;
        TaskDescriptor taskType = Graph.TaskTypes[subtask];
        try
        {
            identity = WorkIdentity.Of(taskType, Graph.Inputs[subtask] is { } binding ? Inputs.ResolveExactly(binding) : default);
            if (Executor.Cache is not null && taskType.Effect == TaskEffect.Pure)
            {
                cached = await Executor.Cache.FindAsync(taskType, identity, Stopping).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // Without an identity or a cache the work is simply done; what is wrong with its input shows then.
            ExecutionLog.NotShared(Executor.Logger, exception, RunId, Graph.Subtasks[subtask].Id);
        }

        Queue(Tell((core, now, decisions) =>
        {
            if (identity is not null)
            {
                _identities[subtask] = identity;
            }

            core.Identified(subtask, identity, cached, now, decisions);
        }));
    }

    private void Cache(LocalAttempt attempt, object? output)
    {
        if (Executor.Cache is null || attempt.TaskType.Effect != TaskEffect.Pure)
        {
            return;
        }

        lock (_gate)
        {
            if (_identities.TryGetValue(attempt.Index, out string? identity))
            {
                _cacheWrites.Add(StoreAsync(Executor.Cache, attempt, identity, output));
            }
        }
    }

    private async Task StoreAsync(IResultCache cache, LocalAttempt attempt, string identity, object? output)
    {
        await Task.Yield();
        try
        {
            await cache.StoreAsync(attempt.TaskType, identity, output, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ExecutionLog.CacheWriteFailed(Executor.Logger, exception, RunId, attempt.Subtask.Id);
        }
    }

    private async Task RetryLaterAsync(Decision retry)
    {
        // Timers count in whole milliseconds; an attempt starts no earlier than it was said to.
        for (long ticks = retry.DueAt - Now(); ticks > 0 && !_ended.IsCancellationRequested; ticks = retry.DueAt - Now())
        {
            TimeSpan pause = TimeSpan.FromMilliseconds(Math.Ceiling(TimeSpan.FromTicks(ticks).TotalMilliseconds));
            await Task.Delay(pause, Executor.TimeProvider, _ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Queue(Tell((core, now, decisions) =>
        {
            if (!core.State.IsEnded)
            {
                core.RetryDue(retry.Subtask, now, decisions);
            }
        }));
    }

    private async Task StopRunningAsync()
    {
        _ = _stopping.CancelAsync();
        LocalAttempt[] told;
        lock (_gate)
        {
            told = [.. _running.Values];
        }

        Array.ForEach(told, attempt => attempt.Stop());
        await Task.Delay(Options.AbandonAfter, Executor.TimeProvider, _ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        List<LocalAttempt> abandoned = [];
        Queue(Tell((core, now, decisions) =>
        {
            foreach (LocalAttempt attempt in _running.Values.ToArray())
            {
                abandoned.Add(attempt);
                _running.Remove(attempt.Index);
                MarkAbandoned(attempt, core);
                core.Stopped(attempt.Index, attempt.Attempt, abandoned: true, now, decisions);
            }
        }));
        abandoned.ForEach(attempt => ExecutionLog.Abandoned(Executor.Logger, RunId, attempt.Subtask.Id));
    }

    /// <summary>May be raised anywhere, also while a gate is held: what follows happens on a thread of its own.</summary>
    private void OnReleased(object? sender, EventArgs e)
    {
        if (_core.MayBeBlocked)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static run => Queue(run.Tell((core, now, decisions) => core.ResourcesReleased(now, decisions))), this, preferLocal: false);
        }
    }

    private void End()
    {
        Executor.Resources.Released -= OnReleased;
        _ending.Cancel();
        _completion.TrySetResult(_core.State.Outcome);
    }
}
