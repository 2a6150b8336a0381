using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// What happens next: the state of a run, the order of urgency and the resource ledger together. Hosts report what has happened and
/// when, and carry out the commands it adds to their list. It does no I/O. Not thread-safe: one call at a time.
/// </summary>
internal sealed class DispatchCore
{
    private readonly DispatchContext _context;
    private readonly StartOrder _order;
    private readonly BudgetGate _budget;
    private readonly SubtaskOutcomes _subtasks;
    private readonly AttemptStops _stops;
    private readonly BatchParts _parts;
    private readonly AttemptLimits _limits;
    private readonly AttemptOutcomes _attempts;
    private readonly Admission _admission;
    private readonly RunStops _runStops;
    private readonly Compensation _compensation;
    private readonly Settlement _settlement;
    private readonly Dispatcher _dispatcher;
    private readonly EarlyStarts? _early;
    private readonly HedgeTimes? _hedgeTimes;
    private readonly Hedges? _hedges;

    /// <param name="graph">The graph to run.</param>
    /// <param name="share">The run's door to the ledger.</param>
    /// <param name="runId">The run; seeds the jitter of its retries.</param>
    /// <param name="options">How the run is executed.</param>
    /// <param name="order">The order of urgency. Default: the critical path first.</param>
    /// <param name="mayShare">Whether a subtask's work may be shared or cached, so that it must be identified before it runs; <see langword="null"/> for none.</param>
    /// <param name="observed">How long task types took before. Default: nothing is known.</param>
    public DispatchCore(TaskGraph graph, RunResources share, string runId, RunOptions options, SubtaskOrder? order = null, Predicate<int>? mayShare = null, ObservedDurations? observed = null)
    {
        order ??= SubtaskOrder.CriticalPathFirst;
        var state = new RunState(graph, order.IsCriticalPathFirst ? graph.Priorities : order.Priorities);
        ulong seed = RetryBackoff.SeedOf(runId);
        var ready = new ReadyQueue(state.Graph, share);
        share.IsRunning = () => state.IsAnyRunning;
        var lines = new BatchLines(state.Graph);
        var batches = new RunningBatches();
        _context = new DispatchContext(state, options, ready, lines) { Observed = observed };
        _context.ShareLongPrompts(graph.Part);
        _context.Arrivals = graph.NeedVectors.HasBatches ? new BatchArrivals(_context, graph, observed) : null;
        _order = new StartOrder(_context, ready, order, observed);
        _budget = new BudgetGate(_context);
        _subtasks = new SubtaskOutcomes(_context);
        _stops = new AttemptStops(_context);
        _parts = new BatchParts(_context, lines, batches);
        _context.Deferrals = options.DeferCallsWithin is null ? null : new Deferrals(_context, _budget, new LiveTime(_context, share.Ledger));
        var gates = new EarlyGates(_context, _subtasks, _stops);
        _limits = new AttemptLimits(_context);
        _attempts = new AttemptOutcomes(_context, _subtasks, _stops, _budget, batches, _parts, gates, _limits, seed);
        _admission = new Admission(_context, _subtasks, _budget, gates, mayShare);
        _runStops = new RunStops(_context, _subtasks, _stops, _budget, gates, _admission);
        _compensation = new Compensation(_context, seed);
        var gate = new StartGate(_context, _budget);
        var former = new BatchFormer(_context, ready, lines, batches);
        if (options.Extra.EarlyShare > 0)
        {
            _context.Candidates = new EarlyCandidates(_context);
            _early = new EarlyStarts(_context, _context.Candidates, ready, _budget, gate, _limits, former, gates, _order, _stops, mayShare);
        }

        _dispatcher = new Dispatcher(_context, ready, share, _order, _budget, gate, _subtasks, _attempts, _limits, former, new BatchHolds(_context, lines), _early);
        if (options is { Extra.HedgeShare: > 0, DeferCallsWithin: null })
        {
            _hedgeTimes = new HedgeTimes(observed);
            _context.Hedges = new HedgeWatch(_context, _hedgeTimes, options.Extra.HedgeShare);
            _hedges = new Hedges(_context, _context.Hedges, ready, former, _budget, gate, _limits, _stops);
        }

        var stalls = new Stalls(_context, ready, gate, _stops, _subtasks);
        _settlement = new Settlement(_context, _admission, gates, _dispatcher, _subtasks, stalls, _runStops, _compensation, _hedges);
        if (options.FailurePolicy == FailurePolicy.Compensate)
        {
            state.KeepCompletions();
        }
    }

    public RunState State => _context.State;

    /// <summary>Whether what attempts take corrects what the others are expected to. In a forecast nothing new is to be seen. Default: yes.</summary>
    public bool CorrectsEstimates
    {
        get => _order.CorrectsEstimates;
        init
        {
            _order.CorrectsEstimates = value;
            _hedgeTimes?.Learns = value;
        }
    }

    /// <summary>Asked when a second attempt is about to start, with the subtask and the first one: whether the host knows no reason against it.</summary>
    public Func<int, int, bool>? MayHedge
    {
        get => _hedges?.MayHedge;
        set => _hedges?.MayHedge = value;
    }

    /// <summary>
    /// Asked when an attempt is about to start, with the time: returns the attempt of another run that does the same work, to wait for that instead. Default:
    /// nobody else works.
    /// </summary>
    public Func<int, long, JoinedFlight?>? BeginOrJoin
    {
        get => _dispatcher.BeginOrJoin;
        set => _dispatcher.BeginOrJoin = value;
    }

    /// <summary>Asked when an attempt is about to start early, with the time: whether nobody else does the same work. Default: nobody does.</summary>
    public Func<int, long, bool>? MayBeginEarly
    {
        get => _early?.MayBegin;
        set => _early?.MayBegin = value;
    }

    /// <summary>What waits for answers of deferred calls; <see langword="null"/> when no call may be deferred.</summary>
    public Deferrals? Deferrals => _context.Deferrals;

    private GrowingGraph Graph => _context.Graph;

    /// <summary>Why a ready subtask does not run yet.</summary>
    public WaitReason WaitOf(int subtask) => _context.Waits.Of(subtask);

    /// <summary>The fingerprint of the question that a subtask waits for an answer to, or <see langword="null"/>.</summary>
    public string? OpenQuestionOf(int subtask) => _admission.OpenQuestionOf(subtask);

    public void Start(long now, HostCommands commands) => Start(isPlanOpen: false, now, commands);

    /// <summary>Starts before the plan is complete. The run does not end before <see cref="CompletePlan"/>, unless it is stopped.</summary>
    public void StartOpen(long now, HostCommands commands) => Start(isPlanOpen: true, now, commands);

    /// <summary>Subtasks of the plan have become known.</summary>
    public void ExtendPlan(GraphGrowth growth, long now, HostCommands commands)
    {
        if (State.IsPlanOpen)
        {
            _context.Grow(subtask: -1, growth, now);
            Settle(now, commands);
        }
    }

    /// <summary>The plan is complete and has passed every check.</summary>
    /// <param name="graph">The whole plan.</param>
    /// <param name="rest">What of it was not known to the run yet; <see langword="null"/> when nothing was missing.</param>
    /// <param name="order">The order of urgency.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What to do.</param>
    /// <returns>Whether it counted: a run that was stopped has no use for it.</returns>
    public bool CompletePlan(TaskGraph graph, GraphGrowth? rest, SubtaskOrder order, long now, HostCommands commands)
    {
        if (!State.IsPlanOpen)
        {
            return false;
        }

        _context.Grow(subtask: -1, rest, now);
        _context.Record(new RunFact(RunFactKind.PlanCompleted, now, payload: graph));
        _order.CompletePlan(graph, order);
        _admission.CompletePlan();
        _subtasks.DecideFailures();
        Settle(now, commands);
        return true;
    }

    /// <summary>Applies a fact of the run's past. <see cref="RunFactRules"/> says which can follow. What is no fact is worked out again from them.</summary>
    public void Replay(in RunFact fact)
    {
        if (fact.Kind == RunFactKind.SubtasksAdded)
        {
            _context.Waits.Reserve(Graph.Count + ((GraphGrowth)fact.Payload!).Part.Count);
            _context.ShareLongPrompts(((GraphGrowth)fact.Payload!).Part);
        }

        _context.Record(fact);

        // What followed from it are the facts behind it.
        _context.Consequences.Ready.Clear();
        _context.Consequences.Skipped.Clear();
        State.Early?.Outdated.Clear();
        _admission.Replay(fact);
        _budget.Replay(fact);
        _stops.Replay(fact);
        _parts.Replay(fact);
        _limits.Replay(fact);
        _attempts.Replay(fact);
        _compensation.Replay(fact);
    }

    /// <summary>All facts have been applied: the run continues. Code that ran is gone, and with it whatever it had not reported.</summary>
    public void Resume(long now, HostCommands commands)
    {
        if (State.IsEnded)
        {
            commands.Add(new HostCommand(HostCommandKind.EndRun));
            return;
        }

        _context.Deferrals?.EndReplay();
        _order.Resume();
        _runStops.Begin(commands);

        // What is ready already comes first: of attempts that ended with the process others may become ready, and are none of these.
        ILookup<SubtaskState, int> byState = Enumerable.Range(0, Graph.Count).ToLookup(State.StateOf);
        foreach (int subtask in byState[SubtaskState.Ready])
        {
            if (_context.Deferrals?.Resume(subtask, now, commands) != true && !_attempts.ResumeRetry(subtask, commands) && !_admission.ResumeApproval(subtask, commands))
            {
                _context.Consequences.Ready.Enqueue(subtask);
            }
        }

        foreach (int subtask in byState[SubtaskState.Running])
        {
            _attempts.EndInterrupted(subtask, now, commands);
        }

        foreach ((int subtask, int attempt) in State.AllOutrun())
        {
            _attempts.DropInterrupted(subtask, attempt, now);
        }

        State.Early?.Resume();
        _attempts.EndReplay();
        _compensation.Resume(now, commands);
        Settle(now, commands);
    }

    /// <summary>The host has found out about a subtask.</summary>
    public void Prepared(int subtask, Preparation preparation, long now, HostCommands commands) =>
        SettleIf(_admission.Prepared(subtask, preparation, WaitReason.Preparation, now, commands), now, commands);

    /// <summary>The host has found out whether the condition holds of a subtask that has started early.</summary>
    public void ConditionChecked(int subtask, Preparation preparation, long now, HostCommands commands) =>
        SettleIf(_admission.ConditionChecked(subtask, preparation, now, commands), now, commands);

    /// <summary>The host has found out about a subtask that may start early.</summary>
    public void PreparedEarly(int subtask, Preparation preparation, long now, HostCommands commands) =>
        SettleIf(!State.IsEnded && _early?.Prepared(subtask, preparation) == true, now, commands);

    /// <summary>The host has waited for the attempt of another run, and has found out about the subtask again.</summary>
    public void FlightEnded(int subtask, Preparation preparation, long now, HostCommands commands) =>
        SettleIf(_admission.Prepared(subtask, preparation, WaitReason.Flight, now, commands), now, commands);

    /// <summary>An attempt of another run has begun the work of a subtask: if the subtask waits for its turn, it waits for that instead.</summary>
    /// <returns>Whether it does.</returns>
    public bool TryJoin(int subtask, JoinedFlight flight, long now, HostCommands commands)
    {
        if (State.IsEnded || State.Stop is not null || WaitOf(subtask) != WaitReason.Turn || State.AttemptOf(subtask) > 0)
        {
            return false;
        }

        _context.Waits.Leave(subtask);
        _subtasks.Join(subtask, flight, now, commands);
        return SettleIf(hasChanged: true, now, commands);
    }

    /// <summary>A subtask was approved or rejected.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="fingerprint">That of the question that was answered.</param>
    /// <param name="isApproved">Which of both.</param>
    /// <param name="answer">Who, and why.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What to do.</param>
    /// <returns>Whether the answer counted: whether this very question was open.</returns>
    public bool Decided(int subtask, string fingerprint, bool isApproved, ApprovalAnswer answer, long now, HostCommands commands)
    {
        bool anyExpired = _admission.ExpireApprovals(now);
        bool counts = _admission.Decided(subtask, fingerprint, isApproved, answer, now, commands);
        SettleIf(anyExpired || counts, now, commands);
        return counts;
    }

    /// <summary>The host has made the output of a subtask of those that it added.</summary>
    public void Joined(int subtask, object? output, SubtaskError? error, long now, HostCommands commands) =>
        SettleIf(_admission.Joined(subtask, output, error, now), now, commands);

    /// <summary>The code of an attempt has returned an output and nothing else.</summary>
    /// <returns>Whether the result counted; a late or repeated one does not.</returns>
    public bool Returned(int subtask, int attempt, object? output, long now, HostCommands commands) => _attempts.TrySucceed(subtask, attempt, output, now)
        ? SettleIf(hasChanged: true, now, commands)
        : Returned(subtask, attempt, new AttemptResult { Output = output }, now, commands);

    /// <summary>The code of an attempt has returned. The host has released what it held.</summary>
    /// <returns>Whether the result counted; a late or repeated one does not.</returns>
    public bool Returned(int subtask, int attempt, in AttemptResult result, long now, HostCommands commands)
    {
        if (!State.IsCurrent(subtask, attempt))
        {
            SettleIf(_attempts.ReturnedLate(subtask, attempt, result.Usage, now), now, commands);
            return false;
        }

        bool counts = _attempts.Returned(subtask, attempt, result, now, commands);
        Settle(now, commands);
        return counts;
    }

    /// <summary>An attempt whose code has not begun yet was taken back by the host, because it was asked to stop.</summary>
    public void Revoked(int subtask, int attempt, long now, HostCommands commands) => Returned(subtask, attempt, AttemptResult.NeverBegan, now, commands);

    /// <summary>It is time to look at an attempt: a limit may have come, or the end of the grace period of code that was asked to stop.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="lastProgress">When the attempt last reported something, in UTC ticks; 0 for never.</param>
    /// <param name="mayRetry">Whether running out of time is worth another attempt.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What to do.</param>
    public void AttemptDue(int subtask, int attempt, long lastProgress, bool mayRetry, long now, HostCommands commands) =>
        SettleIf(State.IsWaitedFor(subtask, attempt) && _attempts.Due(subtask, attempt, lastProgress, mayRetry, now, commands), now, commands);

    /// <summary>An attempt has shown its first progress; asked for with <see cref="HostCommandKind.WatchProgress"/>.</summary>
    public void Progressed(int subtask, int attempt, long now, HostCommands commands)
    {
        if (State.IsCurrent(subtask, attempt))
        {
            bool isOther = false;
            bool isLearned = _context.Hedges?.Progressed(subtask, attempt, now, out isOther) == true;
            bool wasAwaited = _context.Waits.Openers?.Progressed(subtask, attempt, CorrectsEstimates && !isLearned, now) == true;
            SettleIf(isOther || wasAwaited, now, commands);
        }
    }

    /// <summary>A batch endpoint has received the calls of a submission.</summary>
    public void Submitted(SubmittedCalls calls, long now, HostCommands commands) => SettleIf(!State.IsEnded && _context.Deferrals?.Submitted(calls, now) == true, now, commands);

    /// <summary>The calls of a submission have been answered, or never will be: what waits for them starts again.</summary>
    public void Answered(int submission, long now, HostCommands commands) => SettleIf(!State.IsEnded && _context.Deferrals?.Answered(submission) == true, now, commands);

    public void RetryDue(int subtask, long now, HostCommands commands) => SettleIf(_attempts.RetryDue(subtask, now), now, commands);

    /// <summary>It is time to look at the run: its time, that of its budget, or that of a question may be up.</summary>
    public void RunDue(long now, HostCommands commands)
    {
        if (_runStops.IsGoing)
        {
            _admission.ExpireApprovals(now);
            Settle(now, commands);
        }
    }

    /// <summary>The code that compensates a subtask has returned.</summary>
    public void Compensated(int subtask, int attempt, SubtaskError? error, long now, HostCommands commands) =>
        SettleIf(_compensation.Returned(subtask, attempt, error, now, commands), now, commands);

    /// <summary>It is time to look at the code that compensates a subtask.</summary>
    public void CompensationDue(int subtask, int attempt, long now, HostCommands commands) =>
        SettleIf(_compensation.Due(subtask, attempt, now, commands), now, commands);

    /// <summary>Resources may have been released.</summary>
    public void ResourcesReleased(long now, HostCommands commands) => SettleIf(!State.IsEnded, now, commands);

    /// <summary>The run gets another budget. What it has used already counts against it.</summary>
    /// <returns>Whether it counted: whether the run has a budget and continues.</returns>
    public bool ExtendBudget(RunBudget budget, long now, HostCommands commands) => SettleIf(_runStops.ExtendBudget(budget, now, commands), now, commands);

    /// <summary>Pauses the run: what runs continues to its end, and nothing else starts. Its time passes; what follows from failures follows.</summary>
    /// <returns>Whether it counted: whether the run continues and was not paused.</returns>
    public bool Pause(string? reason, long now)
    {
        if (State.IsPaused || State.Stop is not null || !_runStops.IsGoing)
        {
            return false;
        }

        _context.Record(new RunFact(RunFactKind.RunPaused, now, payload: reason));
        return true;
    }

    /// <summary>Continues a paused run.</summary>
    /// <returns>Whether it counted: whether the run was paused and has not ended.</returns>
    public bool Continue(long now, HostCommands commands)
    {
        if (!State.IsPaused || State.IsEnded)
        {
            return false;
        }

        _context.Record(new RunFact(RunFactKind.RunContinued, now));
        Settle(now, commands);
        return true;
    }

    public void CancelRun(long now, HostCommands commands)
    {
        if (_runStops.IsGoing)
        {
            _runStops.Stop(StopReason.Cancelled, cause: null, now, commands);
            Settle(now, commands);
        }
    }

    /// <summary>Cancels one subtask. What needs it is skipped; everything else continues.</summary>
    public void CancelSubtask(int subtask, long now, HostCommands commands)
    {
        // One whose gate has closed has ended, but for its code.
        if (State.IsEnded || State.Stop is not null || !State.IsOpen(subtask) || State.EarlyOf(subtask) is { ClosedBy: not null })
        {
            return;
        }

        if (State.StateOf(subtask) != SubtaskState.Running)
        {
            _context.Waits.Leave(subtask);
            _subtasks.Cancel(subtask, attempt: 0, now);
            foreach (int part in Graph.PartsOf(subtask))
            {
                CancelSubtask(part, now, commands);
            }
        }
        else if (!_stops.Cancel(subtask, now, commands))
        {
            return;
        }
        else if (State.EarlyOf(subtask) is not null)
        {
            _context.Waits.Leave(subtask);
        }

        Settle(now, commands);
    }

    /// <summary>
    /// Several things have happened at one moment: until <see cref="EndMoment"/> the host reports them all, and nothing starts in between, so
    /// that what the last of them frees counts for the most urgent.
    /// </summary>
    public void BeginMoment() => _settlement.BeginMoment();

    public void EndMoment(long now, HostCommands commands)
    {
        _settlement.EndMoment();
        SettleIf(!State.IsEnded, now, commands);
    }

    /// <summary>The host itself is broken: everything that is open fails, and the run ends, instead of waiting for ever.</summary>
    /// <returns>The attempts that were decided to start and never will; what they hold is to be released.</returns>
    public IReadOnlyList<AttemptStart> Abort(SubtaskError error, long now, HostCommands commands)
    {
        AttemptStart[] unused = [.. commands.Starts];
        HashSet<(int, int)> unbegun = [.. unused.Select(start => (start.Subtask, start.Attempt))];
        commands.Starts.Clear();
        _context.Waits.Clear();
        _compensation.GiveUp();
        for (int subtask = 0; subtask < Graph.Count; subtask++)
        {
            if (State.IsOpen(subtask))
            {
                foreach (int attempt in RunningAttemptsOf(subtask).Where(attempt => !unbegun.Contains((subtask, attempt)) && !_stops.Contains(subtask, attempt)))
                {
                    commands.StopAttempt(subtask, attempt);
                }

                _subtasks.Fail(subtask, State.AttemptOf(subtask), error, now);
            }
        }

        _context.Consequences.Ready.Clear();
        _context.Consequences.Skipped.Clear();
        _settlement.EndMoment();
        _settlement.End(now, commands);
        return unused;
    }

    private int[] RunningAttemptsOf(int subtask)
    {
        if (State.StateOf(subtask) != SubtaskState.Running)
        {
            return [];
        }

        int first = State.RunningAttemptOf(subtask);
        return State.BesideOf(subtask, first) is > 0 and var other ? [first, other] : [first];
    }

    private void Start(bool isPlanOpen, long now, HostCommands commands)
    {
        _context.Record(new RunFact(RunFactKind.RunStarted, now, detail: isPlanOpen ? (byte)1 : (byte)0));
        _runStops.Begin(commands);
        _order.Begin(now);
        Settle(now, commands);
    }

    private void Settle(long now, HostCommands commands) => _settlement.Settle(now, commands);

    private bool SettleIf(bool hasChanged, long now, HostCommands commands)
    {
        if (hasChanged)
        {
            Settle(now, commands);
        }

        return hasChanged;
    }
}
