using AgentOrchestration.Graph;
using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>
/// Hosts the dispatch core on the thread pool. Whoever has something to tell takes the gate, tells it, leaves the gate, and carries
/// out what was decided. Of the code of others only the clock and the resource manager run inside the gate.
/// </summary>
internal sealed partial class LocalRun : IRunHandle, IThreadPoolWorkItem
{
    // A list that a wide graph has made long is not kept.
    private const int MostSpareDecisions = 256;

    [ThreadStatic]
    private static List<Decision>? _spareDecisions;

    private readonly Lock _gate = new();
    private readonly DispatchCore _core;
    private readonly RunEventFactory _events;
    private readonly RunTicks _ticks = new();
    private readonly RunSignal _signal = new();
    private readonly RunTimers _timers;
#pragma warning disable CA2213 // A captured context needs no disposal, and abandoned code may still look at it.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
#pragma warning restore CA2213
    private readonly TaskCompletionSource<RunOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _ended;
    private readonly DateTimeOffset _startedAt;
    private readonly long _startTimestamp;
    private bool _needsResources;
    private readonly List<Task> _pumps = [];

    // Attempts that have started but whose code has not begun, in that order: what workers take next.
    private readonly Queue<LocalAttempt> _work = new();
    private LocalAttempt?[] _running;
    private long _latest;
    private int _workersComing;

    public LocalRun(LocalExecutor executor, TaskGraph graph, RunOptions options)
    {
        Executor = executor;
        PlannedGraph = graph;
        Options = options;
        RunId = executor.Workers.NewRunId();
        _ended = _ending.Token;
        _core = new DispatchCore(graph, executor.Resources, RunId, options, SharablesOf(graph, executor.Cache is not null));
        _events = new RunEventFactory(RunId, Graph);
        _running = new LocalAttempt?[graph.Count];
        Inputs = new InputBinder(Graph, OutputOf, executor.Serializer);
        _startedAt = executor.TimeProvider.GetUtcNow();
        _startTimestamp = executor.TimeProvider.GetTimestamp();
        _timers = new RunTimers(executor.TimeProvider, Now);
        _needsResources = executor.Resources is LimitedResources { LimitsEveryAttempt: true } || Enumerable.Range(0, graph.NeedVectors.Count).Any(vector => !graph.NeedVectors[vector].IsNone);
    }

    public LocalExecutor Executor { get; }

    public RunOptions Options { get; }

    public InputBinder Inputs { get; }

    public string RunId { get; }

    public GrowingGraph Graph => _core.State.Graph;

    TaskGraph IRunHandle.Graph => PlannedGraph;

    public Task<RunOutcome> Completion => _completion.Task;

    private TaskGraph PlannedGraph { get; }

    private RunHistory History => _core.State.History;

    public void Start()
    {
        // One pump for each, so that a slow sink holds up no other.
        foreach (IRunEventSink sink in Executor.Sinks.Where(sink => sink.IsEnabled))
        {
            _pumps.Add(Executor.Workers.RunAsync(() => RunEventPump.PumpAsync(this, sink, Executor.Logger)));
        }

        if (_needsResources)
        {
            Executor.Resources.Released += OnReleased;
        }

        Hand(Tell(0, static (run, _, now, decisions) => run._core.Start(now, decisions)));
    }

    public IAsyncEnumerable<RunEvent> WatchAsync(CancellationToken cancellationToken) =>
        new RunEventStream(History, _ticks, _events, _signal).ReadAsync(cancellationToken);

    public RunSnapshot GetSnapshot()
    {
        RunSnapshot snapshot = RunSnapshot.Fold(Enumerable.Range(0, History.Count).Select(index => _events.Create(History[index], index)));
        return _ticks.Count == 0
            ? snapshot
            : snapshot with { Subtasks = [.. snapshot.Subtasks.Select(subtask => subtask with { Progress = _ticks.ProgressOf(subtask.Subtask.Id, subtask.Attempts) })] };
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

    /// <summary>The output of a subtask that has succeeded. May be read without the gate by what comes after it.</summary>
    public object? OutputOf(int subtask) => _core.State.OutputOf(subtask);

    public IReadOnlyList<string> MissingInputsOf(int subtask)
    {
        lock (_growthGate)
        {
            return Graph.MissingOptional(subtask, dependency => _core.State.StateOf(dependency) == SubtaskState.Succeeded);
        }
    }

    /// <summary>A worker: begins attempts as long as there are any that have started, one after another on this thread.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        LocalAttempt? next;
        lock (_gate)
        {
            _workersComing--;
            next = TakeWorkInGate();
        }

        while (next is not null)
        {
            next = next.Begin();
        }
    }

    /// <returns>What to run next on this thread, or <see langword="null"/>.</returns>
    public LocalAttempt? TakeWork()
    {
        if (_work.Count == 0)
        {
            // Looked at without the gate: for what comes at this moment, a worker is called.
            return null;
        }

        lock (_gate)
        {
            return TakeWorkInGate();
        }
    }

    /// <summary>Gives an attempt that this thread cannot run to the pool.</summary>
    public void Hand(LocalAttempt? attempt)
    {
        if (attempt is not null)
        {
            Executor.Workers.Queue(attempt, preferLocal: true);
        }
    }

    /// <summary>The code of an attempt has returned.</summary>
    /// <returns>What to run next on this thread, or <see langword="null"/>.</returns>
    public LocalAttempt? Complete(LocalAttempt attempt, object? output, Exception? exception)
    {
        GiveBack(attempt);
        if (attempt.HasExtras || exception is not null)
        {
            return CompleteUncommon(attempt, output, exception);
        }

        LocalAttempt? next = Tell(
            (attempt, output),
            static (run, told, now, decisions) => run.Returned(told.attempt, new AttemptResult { Output = told.output }, now, decisions));
        return next;
    }

    private LocalAttempt? CompleteUncommon(LocalAttempt attempt, object? output, Exception? exception)
    {
        RetryOptions retry = attempt.TaskType.Options.Retry;
        var result = new AttemptResult
        {
            Output = output,
            Error = exception is null ? null : SubtaskError.From(exception),
            MayRetry = exception is not null && retry.MayRetry(exception),
            RetryAfter = exception is null ? null : retry.PauseOf(exception),
            Usage = attempt.Extras.Usage,
        };
        LocalAttempt? next = attempt.Extras.Additions is { } additions && exception is null
            ? CompleteWithAdditions(attempt, result, additions)
            : Tell((attempt, result), static (run, told, now, decisions) => run.Returned(told.attempt, told.result, now, decisions));
        return next;
    }

    private void Returned(LocalAttempt attempt, in AttemptResult result, long now, List<Decision> decisions)
    {
        if (_running[attempt.Index] == attempt)
        {
            _running[attempt.Index] = null;
        }

        if (_core.Returned(attempt.Index, attempt.Attempt, result, now, decisions) && Executor.Cache is not null)
        {
            Cache(Executor.Cache, attempt, result.Output);
        }
    }

    /// <summary>Work must be identified when an identical subtask may be in the run, or an earlier result in the cache.</summary>
    private Predicate<int>? SharablesOf(TaskGraph graph, bool hasCache)
    {
        HashSet<TaskDescriptor> sharable =
        [
            .. graph.TaskTypes
                .Where(taskType => taskType.MayShare)
                .GroupBy(taskType => taskType)
                .Where(group => group.Skip(1).Any() || (hasCache && group.Key.Effect == TaskEffect.Pure))
                .Select(group => group.Key),
        ];
        return sharable.Count == 0 && !graph.Part.NeedsPreparation
            ? null
            : subtask => subtask < graph.Count ? sharable.Contains(graph.TaskTypes[subtask]) : Graph.TaskTypes[subtask].MayShare;
    }

    private static List<Decision> RentDecisions()
    {
        List<Decision> decisions = _spareDecisions ?? [];
        _spareDecisions = null;
        return decisions;
    }

    /// <summary>Tells the core something inside the gate and carries out what it decides. Never throws: what is unexpected ends the run, by name.</summary>
    /// <returns>An attempt to begin, for the caller's thread; for the others workers are on their way.</returns>
    private LocalAttempt? Tell<TState>(TState state, Action<LocalRun, TState, long, List<Decision>> what)
    {
        List<Decision> decisions = RentDecisions();
        List<LocalAttempt>? revoked = null;
        LocalAttempt? next = null;
        int workers = 0;
        try
        {
            long now = Now();
            lock (_gate)
            {
                // Read before the gate, so others may have told later times already.
                _latest = Math.Max(_latest, now);
                what(this, state, _latest, decisions);
                Register(decisions, ref revoked);
                next = TakeWorkInGate();
                workers = CallWorkersInGate();
            }
        }
        catch (Exception exception)
        {
            Abort(exception, decisions, ref revoked);
        }

        for (; workers > 0; workers--)
        {
            Executor.Workers.Queue(this, preferLocal: false);
        }

        revoked?.ForEach(GiveBack);
        CarryOut(decisions);
        return next;
    }

    private LocalAttempt? TakeWorkInGate() => _work.TryDequeue(out LocalAttempt? next) ? next : null;

    /// <returns>How many workers to send for: one for each attempt for which none is coming.</returns>
    private int CallWorkersInGate()
    {
        int workers = Math.Max(0, _work.Count - _workersComing);
        _workersComing += workers;
        return workers;
    }

    /// <summary>
    /// Attempts count as running from the moment of the decision, so that a cancellation finds them. One that is told to stop before its
    /// code has begun never begins: it is taken back on the spot, so nothing new starts after a cancellation has returned.
    /// </summary>
    private void Register(List<Decision> decisions, ref List<LocalAttempt>? revoked)
    {
        int others = 0;
        for (int i = 0; i < decisions.Count; i++)
        {
            Decision decision = decisions[i];
            if (decision.Kind == DecisionKind.Start)
            {
                BeginLater(decision);
            }
            else if (decision.Kind == DecisionKind.StopAttempt && _running[decision.Subtask] is { } waiting && waiting.TryRevoke())
            {
                (revoked ??= []).Add(waiting);
                _running[decision.Subtask] = null;
                _core.Revoked(waiting.Index, waiting.Attempt, Now(), decisions);
            }
            else
            {
                decisions[others++] = decision with { Host = decision.Kind == DecisionKind.StopAttempt ? _running[decision.Subtask] : null };
            }
        }

        decisions.RemoveRange(others, decisions.Count - others);
    }

    private void BeginLater(in Decision start)
    {
        if (start.Subtask >= _running.Length)
        {
            Array.Resize(ref _running, Math.Max(Graph.Count, _running.Length * 2));
        }

        var attempt = new LocalAttempt(this, start.Subtask, start.Attempt, start.Lease);
        _running[start.Subtask] = attempt;
        _work.Enqueue(attempt);
    }

    private void Abort(Exception exception, List<Decision> decisions, ref List<LocalAttempt>? revoked)
    {
        try
        {
            lock (_gate)
            {
                if (!_core.State.IsEnded)
                {
                    _core.Abort(SubtaskError.From(exception), Now(), decisions);
                }

                Register(decisions, ref revoked);
            }
        }
        catch (Exception second)
        {
            _completion.TrySetException(new AggregateException(exception, second));
        }
    }

    private void GiveBack(LocalAttempt attempt)
    {
        if (attempt.HasExtras)
        {
            attempt.Extras.End();
        }

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
    private long Now() => _startedAt.UtcTicks + Executor.TimeProvider.GetElapsedTime(_startTimestamp).Ticks;

    /// <summary>May be raised anywhere, also while a gate is held: what follows happens on a thread of its own.</summary>
    private void OnReleased(object? sender, EventArgs e)
    {
        if (_core.MayBeBlocked)
        {
            Executor.Workers.Queue(() => Hand(Tell(0, static (run, _, now, decisions) => run._core.ResourcesReleased(now, decisions))));
        }
    }

    private void End()
    {
        Executor.Resources.Released -= OnReleased;
        _timers.End();
        _ending.Cancel();
        _completion.TrySetResult(_core.State.Outcome);
    }
}
