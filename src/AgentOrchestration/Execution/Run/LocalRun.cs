using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Execution.Following;
using AgentOrchestration.Execution.Secrets;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Hosts the dispatch core on the thread pool. Whoever has something to tell takes the gate, tells it, leaves the gate, and carries
/// out what was decided (<c>LocalRun.Gate.cs</c>).
/// </summary>
internal sealed partial class LocalRun : IRunHandle, IThreadPoolWorkItem
{
    private readonly RunResources _resources;
    private readonly DispatchCore _core;
    private readonly RunEventFactory _events;
    private readonly RunTicks _ticks = new();
    private readonly RunSignal _signal;
    private readonly RunTimers _timers;
#pragma warning disable CA2213 // A captured context needs no disposal, and abandoned code may still look at it.
    private readonly ExecutionContext? _context;
#pragma warning restore CA2213
    private readonly TaskCompletionSource<RunOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
#pragma warning disable CA2213 // Has no timer, so it needs no disposal; a cache may still look at its token.
    private readonly CancellationTokenSource _ending = new();
#pragma warning restore CA2213
    private readonly CancellationToken _ended;
    private readonly DateTimeOffset _startedAt;
    private readonly TimeProvider _timeProvider;
    private readonly long _startTimestamp;
    private readonly double _ticksPerStamp;
    private readonly WrittenOutputs? _written;
    private readonly FixedInputs _fixedInputs;
    private bool _needsResources;
    private readonly List<RunEventPump> _pumps = [];

    public LocalRun(LocalExecutor executor, TaskGraph graph, RunOptions options, SubtaskOrder order, RunJournal? journal = null, ReusableResults? reusable = null)
    {
        Executor = executor;
        Secrets = RunSecrets.Of(executor.Secrets);
        PlannedGraph = graph;
        Options = options;
        _journal = journal;
        _reusable = reusable;
        _signal = new RunSignal(executor.Workers);
        RunId = journal?.RunId ?? executor.Workers.NewRunId();
        _ended = _ending.Token;
        _resources = new RunResources(executor.Room, options.MaxBypasses) { Told = OnReleased, Reported = OnHeldByCaller };
        Flow = new RunFlow(RunId, _resources, index => Graph.SubtaskAt(index).Id);
        _resources.Flow = Flow;
        _context = Flow.Capture();
        _core = new DispatchCore(
            graph, _resources, RunId, options, order, reusable is null ? SharablesOf(graph, executor.Cache is not null) : static _ => true, executor.Ordering.Observed);
        if (journal is not null)
        {
            PrepareJournal();
        }

        _events = new RunEventFactory(RunId, Graph);
        _running = new LocalAttempt?[graph.Count];
        _written = journal is not null || options.IsolateOutputs ? new WrittenOutputs() : null;
        Inputs = new InputBinder(Graph, OutputOf, graph.Checker) { Reveal = Secrets.Revealing, Written = _written };
        _fixedInputs = new FixedInputs(Inputs);
        _startedAt = executor.TimeProvider.GetUtcNow();
        _timeProvider = executor.TimeProvider;
        _startTimestamp = _timeProvider.GetTimestamp();
        _ticksPerStamp = (double)TimeSpan.TicksPerSecond / _timeProvider.TimestampFrequency;
        _timers = new RunTimers(executor.TimeProvider, Now);
        _needsResources = _resources.LimitsEveryAttempt || Enumerable.Range(0, graph.NeedVectors.Count).Any(vector => !graph.NeedVectors[vector].IsNone);
    }

    public LocalExecutor Executor { get; }

    /// <summary>The secrets that attempts were given.</summary>
    public RunSecrets Secrets { get; }

    public RunOptions Options { get; }

    public InputBinder Inputs { get; }

    public string RunId { get; }

    /// <summary>The run as its code sees it.</summary>
    public RunFlow Flow { get; }

    public GrowingGraph Graph => _core.State.Graph;

    TaskGraph IRunHandle.Graph => PlannedGraph;

    public Task<RunOutcome> Completion => _completion.Task;

    private TaskGraph PlannedGraph { get; set; }

    private RunHistory History => _core.State.History;

    public void Start() => Begin(static (run, now, commands) => run._core.Start(now, commands));

    private void Begin(Action<LocalRun, long, HostCommands> what)
    {
        // One pump for each, so that a slow sink holds up no other.
        foreach (IRunEventSink sink in Executor.Sinks)
        {
            if (RunEventPump.IsWanted(sink, this))
            {
                _pumps.Add(new RunEventPump(this, _past, sink));
            }
        }

        _journal?.HoldLease(Break);

        // Whoever finds it and closes it waits for the gate: its start comes before everything else.
        Hand(Tell(what, static (run, told, now, commands) =>
        {
            run.Executor.Live.Add(run);
            told(run, now, commands);
        }));
    }

    public IAsyncEnumerable<RunEvent> WatchAsync(CancellationToken cancellationToken) =>
        new RunEventStream(History, _ticks, _events, _signal).ReadAsync(cancellationToken);

    public RunSnapshot GetSnapshot()
    {
        RunSnapshot snapshot = RunSnapshot.Fold(Enumerable.Range(0, History.Visible).Select(index => _events.Create(History[index], index)));
        if (_needsResources)
        {
            snapshot = snapshot with { ResourceWaits = _resources.Waits() };
        }

        return _ticks.Count == 0
            ? snapshot
            : snapshot with { Subtasks = [.. snapshot.Subtasks.Select(subtask => subtask with { Progress = _ticks.ProgressOf(subtask.Subtask.Id, subtask.Attempts) })] };
    }

    /// <summary>Tells how long what succeeded took, when the run has ended.</summary>
    public void ObserveDurations(ObservedDurations observed) => new DurationReader(Graph).ReadOn(History, observed);

    /// <summary>What the run leaves to reuse, when it has ended.</summary>
    public ReusableResults Reusable(TaskGraph next, IReadOnlyList<string> again) => ReusableResults.Of(_core.State, Inputs, next, again);

    public ValueTask DisposeAsync() => CloseAsync("it was disposed of before its end.", CancellationToken.None);

    public ValueTask CloseAsync(CancellationToken graceEnd) => CloseAsync(LiveRuns.HostHasShutDown, graceEnd);

    /// <summary>
    /// The host has shut down, or the services of the application are gone: whatever fails from now on, such as code that waits for a run
    /// nested in it, says nothing about the work. Nothing that is told afterwards counts.
    /// </summary>
    private void ShutDown(string reason)
    {
        bool hasBegun = false;
        _ = Executor.Live.Find(RunId)?.CloseAsync(Close);
        if (!hasBegun)
        {
            // Somebody else closes it, who may not have reached the run yet.
            _ = Close().AsTask();
        }

        ValueTask Close()
        {
            hasBegun = true;
            return CloseAsync(reason, CancellationToken.None);
        }
    }

    private async ValueTask CloseAsync(string reason, CancellationToken graceEnd)
    {
        if (_journal is null)
        {
            await CancelAsync(CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            await DetachAsync(reason, graceEnd).ConfigureAwait(false);
        }

        await GraceAsync(Completion, Timeout.InfiniteTimeSpan, graceEnd).ConfigureAwait(false);
        Task[] writes = [];
        Tell(0, (run, _, _, _) => writes = [.. run._cacheWrites]);

        // A sink or a cache that lags is not waited for without end.
        using var grace = new ObserverGrace(Executor.TimeProvider, Options.CancellationGracePeriod, graceEnd);
        await Task.WhenAll([.. _pumps.Select(pump => pump.WaitAsync(grace)), GraceAsync(Task.WhenAll(writes), Options.CancellationGracePeriod, graceEnd)]).ConfigureAwait(false);
        if (Array.Exists(writes, write => !write.IsCompleted))
        {
            ExecutionLog.CacheNotWaitedFor(Executor.Logger, RunId);
        }
    }

    /// <summary>Waits for something, but neither longer than so long nor beyond a moment.</summary>
    private async Task GraceAsync(Task what, TimeSpan atMost, CancellationToken graceEnd)
    {
        if (!what.IsCompleted)
        {
            using var grace = CancellationTokenSource.CreateLinkedTokenSource(graceEnd);
            await Task.WhenAny(what, Task.Delay(atMost, Executor.TimeProvider, grace.Token)).ConfigureAwait(false);
            await grace.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Gives a thread of the pool the ambient values (activity, culture…) of whoever started the run.</summary>
    public void RestoreContext()
    {
        if (_context is not null)
        {
            ExecutionContext.Restore(_context);
        }
        else
        {
            RunFlow.Enter(Flow);
        }
    }

    /// <summary>A text without the secrets that attempts were given.</summary>
    public string Redact(string text) => Secrets.Redact(text);

    /// <summary>
    /// The error of a subtask, without secrets. The exception goes with them where it could show one in a way that nobody looks for: always, when the
    /// code was given one.
    /// </summary>
    private SubtaskError ErrorOf(int subtask, Exception exception)
    {
        SubtaskError error = SubtaskError.From(exception, Secrets.Redact);
        return IsGivenSecrets(subtask) || Secrets.AreRevealedBy(exception) ? error with { Exception = null } : error;
    }

    /// <summary>An exception for the log: itself, or what can be shown of it.</summary>
    public Exception Shown(int subtask, Exception exception) =>
        ErrorOf(subtask, exception) is { Exception: null } error ? new RedactedException(error) : exception;

    private bool IsGivenSecrets(int subtask) => Graph.Inputs[subtask] is { HasSecrets: true };

    /// <summary>The output of a subtask that has succeeded. May be read without the gate by what comes after it.</summary>
    public object? OutputOf(int subtask) => _core.State.OutputOf(subtask);

    /// <summary>The input of a subtask, from the arguments that were shown or checked where there are such.</summary>
    public object? BindInput(int subtask) => _fixedInputs.Bind(subtask);

    public IReadOnlyList<string> MissingInputsOf(int subtask)
    {
        lock (_growthGate)
        {
            return Graph.MissingOptional(subtask, dependency => _core.State.StateOf(dependency) == SubtaskState.Succeeded);
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

    private void GiveBack(LocalAttempt attempt)
    {
        if (attempt.HasExtras)
        {
            attempt.Extras.End();
        }

        GiveBack(attempt.Lease, attempt.Index);
    }

    private void GiveBack(ResourceLease? lease, int subtask)
    {
        try
        {
            lease?.Dispose();
        }
        catch (Exception exception)
        {
            // An application's own manager, or one of those who listen to it.
            ExecutionLog.ReleaseThrew(Executor.Logger, Shown(subtask, exception), RunId, Graph.SubtaskAt(subtask).Id);
        }
    }

    /// <summary>Time that never runs backwards, whatever happens to the system's clock.</summary>
    private long Now() => _startedAt.UtcTicks + (long)((_timeProvider.GetTimestamp() - _startTimestamp) * _ticksPerStamp);

    /// <summary>May be raised anywhere, also while a gate is held: what follows happens on a thread of its own.</summary>
    private void OnReleased() => Executor.Workers.Queue(() =>
    {
        // Something of the run itself may have ended meanwhile, and looked.
        if (_resources.HasNews)
        {
            Hand(Tell(0, static (run, _, now, commands) => run._core.ResourcesReleased(now, commands)));
        }
    });

    /// <summary>Called inside the gates: the log is written elsewhere.</summary>
    private void OnHeldByCaller(string reason) => Executor.Workers.Queue(() => ExecutionLog.HeldByCaller(Executor.Logger, RunId, reason));

    private void End()
    {
        _timers.End();
        Secrets.End();
        Flow.End();
        _ = EndLookUpsAsync();
        _completion.TrySetResult(_core.State.Outcome);
    }

    /// <summary>Cancels what the cache is still asked. Waits for none of its callbacks.</summary>
    private async Task EndLookUpsAsync()
    {
        try
        {
            await Executor.Workers.CancelAsync(_ending).ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            ExecutionLog.CancellationCallbackThrew(Executor.Logger, exception, RunId);
        }
    }
}
