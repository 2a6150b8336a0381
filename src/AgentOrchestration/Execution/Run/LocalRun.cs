using AgentOrchestration.Execution.Secrets;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// A run of the built-in executor: hosts the dispatch core on the thread pool. It makes the parts of the run, connects them, and is its handle;
/// what happens goes through <see cref="RunGate"/>.
/// </summary>
internal sealed class LocalRun : IOpenRun
{
    private readonly RunResources _resources;
    private readonly RunGate _gate;
    private readonly RunEnd _end;
    private readonly RunView _view;
    private readonly RunSinks _sinks;
    private readonly RunClosing _closing;
    private readonly RunCommitter? _committer;
    private readonly RunCommands? _commands;
    private int _past;

    public LocalRun(LocalExecutor executor, TaskGraph graph, RunOptions options, SubtaskOrder order, RunJournal? journal = null, ReusableResults? reusable = null)
    {
        _resources = new RunResources(executor.Room, options.MaxBypasses, options.Priority) { Notified = OnReleased };
        _resources.Nesting.Reported = OnHeldByCaller;
        var flow = new RunFlow(journal?.RunId ?? options.RunId ?? executor.Workers.NewRunId(), _resources, index => Graph.SubtaskAt(index).Id);
        _resources.Nesting.Flow = flow;
        var core = new DispatchCore(
            graph,
            _resources,
            flow.RunId,
            options,
            order,
            reusable is null ? Preparations.SharableIn(graph, executor.Cache is not null, () => Graph) : static _ => true,
            executor.Ordering.Observed);
        WrittenOutputs? written = journal is not null || options.IsolateOutputs ? new WrittenOutputs() : null;
        Environment = new RunEnvironment(executor, graph, options, flow, core, written);
        var clock = new RunClock(executor.TimeProvider);
        flow.Now = clock.Now;
        var timers = new RunTimers(executor.TimeProvider, clock.Now);
        var ticks = new RunTicks();
        StoredOutputs? outputs = written is null ? null : new StoredOutputs(Environment, written, journal);
        _end = new RunEnd(Environment, timers, _resources);
        _gate = new RunGate(Environment, clock, _end);
        var caching = new ResultCaching(Environment, _gate, _end, journal);
        Starts = new AttemptStarts(this, Environment, _gate);
        core.MayHedge = Starts.MayHedge;
        Growth = new RunGrowth(Environment, _gate, graph, _resources.LimitsEveryAttempt);
        Calls = core.Deferrals is null ? null : new CallSubmissions(Environment, _gate, _end, clock.Now, WhenWrittenAsync);
        core.Deferrals?.Collect = (subtask, calls) => Calls!.Collect(subtask, (DeferrableCalls)calls);
        core.Deferrals?.LoadOf = calls => executor.LoadOf((DeferrableCalls)calls);
        core.Deferrals?.TimeAt = executor.TimeAt;
        core.Deferrals?.TakeUnused = (subtask, submission) => Calls!.TakeUnused(subtask, submission);
        var compensations = new Compensations(this, Environment, _gate);
        var runner = new HostCommandRunner(
            Environment,
            _gate,
            timers,
            new Preparations(Environment, _gate, Growth, caching, outputs, reusable),
            new Joins(Environment, _gate, Growth, outputs),
            compensations,
            _end,
            Calls);
        _committer = journal is null ? null : new RunCommitter(Environment, _gate, journal, Starts, runner, compensations, Calls, _end);
        _gate.Connect(Starts, _committer, caching, runner, ObjectsAhead.Of(executor.Objects, core.State, options.MaxParallelism, executor.Workers));
        _commands = _committer is null || executor.Inbox is null ? null : new RunCommands(Environment, _gate, Growth, _committer, _end);
        _view = new RunView(Environment, ticks, _resources, Growth);
        _sinks = new RunSinks(Environment, _view);
        _closing = new RunClosing(Environment, _gate, _committer, caching, _sinks, _end, Calls);
        Returns = new AttemptReturns(Environment, _gate, Growth, caching, outputs, _committer, _closing, Calls);
        Reports = new AttemptReports(Environment, clock, ticks);
    }

    public RunEnvironment Environment { get; }

    public AttemptStarts Starts { get; }

    public AttemptReturns Returns { get; }

    public AttemptReports Reports { get; }

    public RunGrowth Growth { get; }

    /// <summary>The calls that attempts have deferred; <see langword="null"/> when none may be.</summary>
    public CallSubmissions? Calls { get; }

    public string RunId => Environment.RunId;

    /// <summary>The run as its code sees it.</summary>
    public RunFlow Flow => Environment.Flow;

    /// <summary>The secrets that attempts were given.</summary>
    public RunSecrets Secrets => Environment.Secrets;

    TaskGraph IRunHandle.Graph => Growth.PlannedGraph;

    public Task<RunOutcome> Completion => _end.Completion;

    /// <summary>Whether the run had ended before, so that it is only read.</summary>
    public bool HadEnded { get; private set; }

    private GrowingGraph Graph => Environment.Graph;

    private RunHistory History => Environment.History;

    public void Start() => Begin(static (core, now, commands) => core.Start(now, commands));

    /// <summary>Starts with nothing but the subtasks that <see cref="TryExtendPlan"/> brings.</summary>
    public void StartOpen() => Begin(static (core, now, commands) => core.StartOpen(now, commands));

    /// <summary>Replays what has happened before to the core.</summary>
    /// <exception cref="RunStoreException">The journal cannot be read or applied.</exception>
    public async Task ReplayAsync(IRunStore store, ITaskTypeRegistry taskTypes, CancellationToken cancellationToken)
    {
        var replay = new JournalReplay(store, RunId, Environment.Core, Growth.PlannedGraph.Checker, taskTypes, Environment.Inputs);
        _committer!.HoldLease();
        _committer.Continue(await replay.ReplayAsync(cancellationToken).ConfigureAwait(false));
        Environment.FixedInputs.Restore(History);
        Growth.OnReplayed();
    }

    /// <summary>Continues a run whose facts the core knows already.</summary>
    /// <param name="sent">The commands that were sent to it before: nothing that they forbid begins.</param>
    public void Resume(IReadOnlyList<RunCommand> sent)
    {
        IReadOnlyList<CheckedCommand> checkedCommands = _commands?.Check(sent) ?? [];
        if (History.Count == 0)
        {
            // It was submitted, or made and its process died before anything else.
            Begin((core, now, commands) =>
            {
                core.Start(now, commands);
                _commands?.Take(checkedCommands, core, now, commands);
            });
            return;
        }

        _past = History.Count;
        HadEnded = Environment.Core.State.IsEnded;
        _gate.Continue(History[_past - 1].Time);
        Begin((core, now, commands) =>
        {
            core.Resume(now, commands);
            _commands?.Take(checkedCommands, core, now, commands);
        });
    }

    public bool TryExtendPlan(Subtask subtask) => Growth.TryExtendPlan(subtask);

    public async ValueTask<bool> TryCompletePlanAsync(TaskGraph graph, CancellationToken cancellationToken)
    {
        SubtaskOrder order = await Environment.Executor.Ordering.OrderAsync(graph, Environment.Options.MaxParallelism, cancellationToken).ConfigureAwait(false);
        return Growth.TryCompletePlan(graph, order);
    }

    public void ReportDurations(IObservedDurations observed) => new DurationReader(Graph).ReadOn(History, observed);

    public RunReuse GetReuse() => new(RunId, Growth.PlannedGraph) { Results = new EndedRun(Environment.Core.State, Environment.Inputs) };

    public IAsyncEnumerable<RunEvent> WatchAsync(CancellationToken cancellationToken) => _view.WatchAsync(from: 0, cancellationToken);

    public IAsyncEnumerable<RunEvent> WatchAsync(long from, CancellationToken cancellationToken) => _view.WatchAsync(from, cancellationToken);

    public RunSnapshot GetSnapshot() => _view.GetSnapshot();

    public ValueTask CancelAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Report(0, static (core, _, now, commands) => core.CancelRun(now, commands));
        return WhenWrittenAsync(cancellationToken);
    }

    public ValueTask CancelAsync(string subtaskId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Report(Growth.IndexOf(subtaskId), static (core, subtask, now, commands) => core.CancelSubtask(subtask, now, commands));
        return WhenWrittenAsync(cancellationToken);
    }

    public async ValueTask<bool> DecideAsync(string subtaskId, string fingerprint, bool isApproved, string? by, string? reason, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool counted = false;
        int subtask = Growth.IndexOf(subtaskId);
        Report(0, (core, _, now, commands) => counted = core.Decided(subtask, fingerprint, isApproved, new ApprovalAnswer(by, reason), now, commands));
        await WhenWrittenAsync(cancellationToken).ConfigureAwait(false);
        return counted;
    }

    public async ValueTask<bool> PauseAsync(string? reason, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool counted = false;
        Report(0, (core, _, now, _) => counted = core.Pause(reason, now));
        await WhenWrittenAsync(cancellationToken).ConfigureAwait(false);
        return counted;
    }

    public async ValueTask<bool> ContinueAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool counted = false;
        Report(0, (core, _, now, commands) => counted = core.Continue(now, commands));
        await WhenWrittenAsync(cancellationToken).ConfigureAwait(false);
        return counted;
    }

    public async ValueTask<bool> ExtendBudgetAsync(RunBudget budget, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(budget);
        cancellationToken.ThrowIfCancellationRequested();
        bool counted = false;
        Report(0, (core, _, now, commands) => counted = core.ExtendBudget(budget, now, commands));
        await WhenWrittenAsync(cancellationToken).ConfigureAwait(false);
        return counted;
    }

    /// <summary>Asks the run to stop, also when its store fails.</summary>
    public async Task TryCancelAsync()
    {
        try
        {
            await CancelAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (RunDetachedException)
        {
            // That it was to stop could not be written.
        }
    }

    /// <summary>Waits until everything that has happened so far is in the journal, if there is one.</summary>
    public ValueTask WhenWrittenAsync(CancellationToken cancellationToken) => _committer?.WhenWrittenAsync(cancellationToken) ?? ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _closing.CloseAsync("it was disposed of before its end.", CancellationToken.None);

    public ValueTask CloseAsync(CancellationToken graceEnd) => _closing.CloseAsync(LiveRuns.HostHasShutDown, graceEnd);

    private void Begin(Action<DispatchCore, long, HostCommands> begin)
    {
        _sinks.Start(_past);
        _committer?.HoldLease();
        if (_commands is not null)
        {
            Environment.Executor.Inbox!.Add(_commands);
        }

        // A caller that finds it and closes it waits for the gate: its start comes before everything else.
        Report((run: this, begin), static (core, start, now, commands) =>
        {
            start.run.Environment.Executor.Live.Add(start.run, start.run.Environment.Options, start.run.Flow);
            start.begin(core, now, commands);
            start.run.Flow.Deadlines = start.run.DeadlinesFrom(core.State.History[0].Time);
        });
    }

    /// <summary>When the run has to end, and with it the runs that its code starts; <see langword="null"/> for never.</summary>
    private RunDeadlines? DeadlinesFrom(long startedAt)
    {
        RunOptions options = Environment.Options;
        InheritedDeadline? own = options.Timeout is { } timeout ? new InheritedDeadline(startedAt + timeout.Ticks, $"the run {RunId}") : null;
        return own is null && options.Deadline is null ? null : new RunDeadlines(InheritedDeadline.Earlier(options.LastingDeadline, own), options.AttemptDeadline);
    }

    /// <summary>Reports to the core what has happened. What breaks there ends the run.</summary>
    public void Report<TState>(TState state, Action<DispatchCore, TState, long, HostCommands> report) =>
        Environment.QueueOnPool(_gate.Report(state, report));

    /// <summary>May be raised anywhere, also while a gate is held: what follows happens on a thread of its own.</summary>
    private void OnReleased() => Environment.Executor.Workers.Queue(() =>
    {
        // Something of the run itself may have ended meanwhile, and asked again.
        if (_resources.HasNews)
        {
            Report(0, static (core, _, now, commands) => core.ResourcesReleased(now, commands));
        }
    });

    /// <summary>Called inside the gates: the log is written elsewhere.</summary>
    private void OnHeldByCaller(string reason) =>
        Environment.Executor.Workers.Queue(() => ExecutionLog.HeldByCaller(Environment.Executor.Logger, RunId, reason));
}
