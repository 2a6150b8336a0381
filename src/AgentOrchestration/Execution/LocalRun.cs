using System.Runtime.CompilerServices;
using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>
/// Hosts the dispatch core on the thread pool. Whoever has something to tell takes the gate, tells it, leaves the gate, and carries
/// out what was decided; no code of others runs inside the gate.
/// </summary>
internal sealed class LocalRun : IRunHandle
{
    [ThreadStatic]
    private static List<Decision>? s_spareDecisions;

    private readonly Lock _gate = new();
    private readonly DispatchCore _core;
    private readonly RunEventFactory _events;
#pragma warning disable CA2213 // A captured context needs no disposal, and abandoned code may still look at it.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
#pragma warning restore CA2213
    private readonly TaskCompletionSource<RunOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _ended;
    private readonly Dictionary<int, string> _identities = [];
    private readonly List<Task> _cacheWrites = [];
    private readonly DateTimeOffset _startedAt;
    private readonly long _startTimestamp;
    private Task _pump = Task.CompletedTask;

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
        IRunEventSink[] sinks = [.. Executor.Sinks.Where(sink => sink.IsEnabled)];
        if (sinks.Length > 0)
        {
            _pump = Task.Run(() => RunEventPump.PumpAsync(this, sinks, Executor.Logger));
        }

        Executor.Resources.Released += OnReleased;
        List<Decision> decisions = RentDecisions();
        lock (_gate)
        {
            _core.Start(Now(), decisions);
        }

        Queue(CarryOut(decisions));
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
        List<Decision> decisions = RentDecisions();
        lock (_gate)
        {
            _core.CancelRun(Now(), decisions);
        }

        Queue(CarryOut(decisions));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await CancelAsync(CancellationToken.None).ConfigureAwait(false);
        await Completion.ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
        Task[] writes;
        lock (_gate)
        {
            writes = [.. _cacheWrites];
        }

        await Task.WhenAll(writes).ConfigureAwait(false);
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

    /// <summary>The code of an attempt has returned, and its lease is back.</summary>
    /// <returns>What to run next on this thread, or <see langword="null"/>.</returns>
    public LocalAttempt? Complete(LocalAttempt attempt, object? output, Exception? exception)
    {
        exception = attempt.TimeoutError ?? exception;
        bool mayRetry = exception is not null && MayRetry(attempt.TaskType, exception);
        bool counted = true;
        List<Decision> decisions = RentDecisions();
        lock (_gate)
        {
            if (exception is null)
            {
                counted = _core.Succeeded(attempt.Index, attempt.Attempt, output, Now(), decisions);
            }
            else if (exception is OperationCanceledException && _core.State.IsCancelling)
            {
                _core.Stopped(attempt.Index, attempt.Attempt, abandoned: false, Now(), decisions);
            }
            else
            {
                _core.Failed(attempt.Index, attempt.Attempt, SubtaskError.From(exception), mayRetry, Now(), decisions);
            }
        }

        if (exception is null && counted)
        {
            Cache(attempt, output);
        }

        return CarryOut(decisions);
    }

    /// <summary>An attempt whose time is up ignores it. Another may start beside it only if the work changes nothing outside.</summary>
    public void Abandon(LocalAttempt attempt, TimeoutException error)
    {
        ExecutionLog.Abandoned(Executor.Logger, RunId, attempt.Subtask.Id);
        bool mayRetry = attempt.TaskType.MayShare && MayRetry(attempt.TaskType, error);
        List<Decision> decisions = RentDecisions();
        lock (_gate)
        {
            _core.Failed(attempt.Index, attempt.Attempt, SubtaskError.From(error), mayRetry, Now(), decisions);
        }

        Queue(CarryOut(decisions));
    }

    public void Report(LocalAttempt attempt, double fraction, string? message)
    {
        var progress = new Progress(double.IsNaN(fraction) ? 0 : Math.Clamp(fraction, 0, 1), message);
        lock (_gate)
        {
            _core.Report(attempt.Index, attempt.Attempt, progress, Now());
        }

        History.Announce();
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
        List<Decision> decisions = s_spareDecisions ?? [];
        s_spareDecisions = null;
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

    /// <summary>Time that never runs backwards, whatever happens to the system's clock.</summary>
    private long Now() => (_startedAt + Executor.TimeProvider.GetElapsedTime(_startTimestamp)).UtcTicks;

    /// <returns>The most urgent attempt to start, for the caller's thread; the others are on their way.</returns>
    private LocalAttempt? CarryOut(List<Decision> decisions)
    {
        History.Announce();
        LocalAttempt? first = null;
        foreach (Decision decision in decisions)
        {
            switch (decision.Kind)
            {
                case DecisionKind.Start:
                    var attempt = new LocalAttempt(this, decision.Subtask, decision.Attempt, decision.Lease);
                    if (first is null)
                    {
                        first = attempt;
                    }
                    else
                    {
                        Queue(attempt);
                    }

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
        s_spareDecisions = decisions;
        return first;
    }

    private async Task IdentifyAsync(int subtask)
    {
        string? identity = null;
        CachedOutput? cached = null;
        TaskDescriptor taskType = Graph.TaskTypes[subtask];
        try
        {
            JsonElement input = Graph.Inputs[subtask] is { } binding ? Inputs.Resolve(binding) : default;
            identity = WorkIdentity.Of(taskType, input);
            if (Executor.Cache is not null && taskType.Effect == TaskEffect.Pure)
            {
                cached = await Executor.Cache.FindAsync(taskType, identity, Stopping).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // Without an identity or a cache the work is simply done; what is wrong with its input shows then.
            ExecutionLog.CacheReadFailed(Executor.Logger, exception, RunId, Graph.Subtasks[subtask].Id);
        }

        List<Decision> decisions = RentDecisions();
        lock (_gate)
        {
            if (identity is not null)
            {
                _identities[subtask] = identity;
            }

            _core.Identified(subtask, identity, cached, Now(), decisions);
        }

        Queue(CarryOut(decisions));
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
        TimeSpan pause = TimeSpan.FromTicks(Math.Max(0, retry.DueAt - Now()));
        await Task.Delay(pause, Executor.TimeProvider, _ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        List<Decision> decisions = RentDecisions();
        lock (_gate)
        {
            if (!_core.State.IsEnded)
            {
                _core.RetryDue(retry.Subtask, Now(), decisions);
            }
        }

        Queue(CarryOut(decisions));
    }

    private async Task StopRunningAsync()
    {
        try
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            ExecutionLog.CancellationCallbackThrew(Executor.Logger, exception, RunId);
        }

        await Task.Delay(Options.AbandonAfter, Executor.TimeProvider, _ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        List<Decision> decisions = RentDecisions();
        lock (_gate)
        {
            for (int subtask = 0; subtask < Graph.Count && !_core.State.IsEnded; subtask++)
            {
                if (_core.State.StateOf(subtask) == SubtaskState.Running)
                {
                    ExecutionLog.Abandoned(Executor.Logger, RunId, Graph.Subtasks[subtask].Id);
                    _core.Stopped(subtask, _core.State.AttemptOf(subtask), abandoned: true, Now(), decisions);
                }
            }
        }

        Queue(CarryOut(decisions));
    }

    private void OnReleased(object? sender, EventArgs e)
    {
        if (!_core.MayBeBlocked)
        {
            return;
        }

        List<Decision> decisions = RentDecisions();
        lock (_gate)
        {
            _core.ResourcesReleased(Now(), decisions);
        }

        Queue(CarryOut(decisions));
    }

    private void End()
    {
        Executor.Resources.Released -= OnReleased;
        _ending.Cancel();
        _completion.SetResult(_core.State.Outcome);
    }
}
