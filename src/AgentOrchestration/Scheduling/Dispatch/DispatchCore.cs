using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// What happens next: the state of a run, the order of urgency and the resource ledger together. Hosts tell it what has happened and
/// when, and carry out the commands it adds to their list. It does no I/O. Not thread-safe: one call at a time.
/// </summary>
internal sealed partial class DispatchCore
{
    private readonly ReadyQueue _ready;
    private readonly RunResources _share;
    private readonly RunConsequences _consequences = new();
    private readonly RunOptions _options;
    private readonly Predicate<int>? _mayShare;
    private readonly ulong _seed;
    private readonly BudgetLedger? _budget;
    private readonly Predicate<int>? _mayStart;
    private readonly SubtaskOrder _order;
    private bool _mayNeedPreparation;
    private AttemptDeadlines? _deadlines;
    private WaitReason[] _waits;
    private InFlightWork? _shared;
    private int _outstanding;
    private bool _isMomentOpen;

    /// <param name="graph">The graph to run.</param>
    /// <param name="share">The run's door to the ledger.</param>
    /// <param name="runId">The run; seeds the jitter of its retries.</param>
    /// <param name="options">How the run is executed.</param>
    /// <param name="order">The order of urgency. Default: the critical path first.</param>
    /// <param name="mayShare">Whether a subtask's work may be shared or cached, so that it must be identified before it runs; <see langword="null"/> for none.</param>
    /// <param name="observed">How long task types took before. Default: nothing is known.</param>
    public DispatchCore(TaskGraph graph, RunResources share, string runId, RunOptions options, SubtaskOrder? order = null, Predicate<int>? mayShare = null, ObservedDurations? observed = null)
    {
        _plan = graph;
        _order = order ?? SubtaskOrder.CriticalPathFirst;
        _observed = observed;
        State = new RunState(graph, _order.IsCriticalPathFirst ? graph.Priorities : _order.Priorities);
        _share = share;
        _share.IsRunning = () => State.Running > 0;
        _ready = new ReadyQueue(State.Graph, share);
        _waits = new WaitReason[graph.Count];
        _options = options;
        _mayShare = mayShare;
        _mayNeedPreparation = mayShare is not null || graph.Part.NeedsPreparation;
        _seed = RetryBackoff.SeedOf(runId);
        if (options.FailurePolicy == FailurePolicy.Compensate)
        {
            State.KeepCompletions();
        }

        if (options.Budget is { } budget)
        {
            _budget = new BudgetLedger(budget);
        }

        if (options.ReserveForCriticalPath)
        {
            _reservation = new CriticalReservation(State, share.Ledger, observed);
        }

        if (_budget is not null || _reservation is not null || _order.Starts is not null)
        {
            _mayStart = MayStart;
        }
    }

    public RunState State { get; }

    private GrowingGraph Graph => State.Graph;

    /// <summary>Why a ready subtask does not run yet.</summary>
    public WaitReason WaitOf(int subtask) => _waits[subtask];

    public void Start(long now, HostCommands commands) => Start(isPlanOpen: false, now, commands);

    private void Start(bool isPlanOpen, long now, HostCommands commands)
    {
        State.Apply(new RunFact(RunFactKind.RunStarted, now, detail: isPlanOpen ? (byte)1 : (byte)0), _consequences);
        WakeRunAt(now + _options.Timeout?.Ticks, commands);
        WakeRunAt(now + _options.Budget?.MaxTime?.Ticks, commands);
        _startedAt = now;
        _timeIsUpAt = NextEndOfTime();
        BeginOrdering(now);
        Settle(now, commands);
    }

    /// <summary>Resources may have been released.</summary>
    public void ResourcesReleased(long now, HostCommands commands)
    {
        if (!State.IsEnded)
        {
            Settle(now, commands);
        }
    }

    /// <summary>The host itself is broken: everything that is open fails, and the run ends, instead of waiting for ever.</summary>
    /// <returns>The attempts that were decided to start and never will; what they hold is to be given back.</returns>
    public IReadOnlyList<AttemptStart> Abort(SubtaskError error, long now, HostCommands commands)
    {
        AttemptStart[] unused = [.. commands.Starts];
        HashSet<int> unbegun = [.. unused.Select(start => start.Subtask)];
        commands.Starts.Clear();
        _ready.Clear();
        Array.Clear(_waits);
        _outstanding = 0;
        _undo = null;
        for (int subtask = 0; subtask < Graph.Count; subtask++)
        {
            if (IsOpen(subtask))
            {
                if (State.StateOf(subtask) == SubtaskState.Running && !unbegun.Contains(subtask) && !_stops.ContainsKey(subtask))
                {
                    commands.Add(new HostCommand(HostCommandKind.StopAttempt, subtask) { Attempt = State.AttemptOf(subtask) });
                }

                Fail(subtask, State.AttemptOf(subtask), error, now);
            }
        }

        _consequences.Ready.Clear();
        _consequences.Skipped.Clear();
        _isMomentOpen = false;
        End(now, commands);
        return unused;
    }

    /// <summary>
    /// Several things have happened at one moment: until <see cref="EndMoment"/> the host tells them all, and nothing starts in between, so
    /// that what the last of them frees counts for the most urgent.
    /// </summary>
    public void BeginMoment() => _isMomentOpen = true;

    public void EndMoment(long now, HostCommands commands)
    {
        _isMomentOpen = false;
        if (!State.IsEnded)
        {
            Settle(now, commands);
        }
    }

    /// <summary>Follows every consequence to its end, then starts what can start; both again as long as one leads to the other.</summary>
    private void Settle(long now, HostCommands commands)
    {
        if (_isMomentOpen)
        {
            return;
        }

        if (now >= _timeIsUpAt)
        {
            EndTime(now, commands);
        }

        bool mayMoreStart;
        do
        {
            FollowConsequences(now, commands);
            Dispatch(now, commands);
            if (HasDeparted(now))
            {
                Dispatch(now, commands);
            }

            mayMoreStart = State.Running == 0 && _outstanding == 0 && State.Open > 0 && !_consequences.Any && FailWhatCannotGoOn(now);
        }
        while (mayMoreStart || _consequences.Any || _stopAfterFailureOf >= 0);

        if (State.Open == 0 && !State.IsPlanOpen && _undo is null && !BeginCompensation(now, commands))
        {
            End(now, commands);
        }
    }

    private void End(long now, HostCommands commands)
    {
        if (!State.IsEnded)
        {
            State.Apply(new RunFact(RunFactKind.RunEnded, now, detail: (byte)State.Outcome), _consequences);
            _ready.UnparkAll();
            commands.Add(new HostCommand(HostCommandKind.EndRun));
        }
    }

    private void FollowConsequences(long now, HostCommands commands)
    {
        while (true)
        {
            if (_consequences.Skipped.TryPop(out (int Subtask, SkipCause Cause) skipped))
            {
                if (State.StateOf(skipped.Subtask) == SubtaskState.Pending)
                {
                    Skip(skipped.Subtask, skipped.Cause, now);
                }
            }
            else if (_consequences.Ready.TryDequeue(out int subtask))
            {
                BecameReady(subtask, now, commands);
            }
            else if (_stopAfterFailureOf >= 0)
            {
                int cause = _stopAfterFailureOf;
                _stopAfterFailureOf = -1;
                StopRun(StopReason.Failure, new SkipCause(cause, SkipReason.RunStopped), now, commands);
            }
            else
            {
                return;
            }
        }
    }

    private void BecameReady(int subtask, long now, HostCommands commands)
    {
        if (State.StateOf(subtask) != SubtaskState.Ready || _waits[subtask] != WaitReason.None)
        {
            // Something that happened meanwhile has ended it, or made it wait and ready again.
        }
        else if (_notStarting is { } cause && !WaitsForParts(subtask))
        {
            Skip(subtask, cause with { Subtask = subtask }, now);
        }
        else if (State.IsPlanOpen && !MayStartEarly(subtask))
        {
            BeginWait(subtask, WaitReason.Plan);
        }
        else if (_mayNeedPreparation && Graph.HasGrown && PartsEnd.OfInput(State, subtask) is { } missing)
        {
            Skip(subtask, missing, now);
        }
        else if (_mayNeedPreparation && MustPrepare(subtask))
        {
            Prepare(subtask, now, commands);
        }
        else
        {
            Enqueue(subtask);
        }
    }

    private void Dispatch(long now, HostCommands commands)
    {
        if (_ready.Count == 0 || _isAsking)
        {
            _ready.UnparkAll();
            return;
        }

        PrepareOrder(now);
        do
        {
            _ready.Wake();
            StartWhatFits(now, commands);
        }
        while (_share.Answer());

        WakeForHeldBack(commands);
        FollowBudget(now, commands);
    }

    private void StartWhatFits(long now, HostCommands commands)
    {
#pragma warning disable CA2000 // The lease leaves with the command; the host gives it back when the attempt's code has returned.
        while (State.Running < _options.MaxParallelism && _ready.TryDequeue(_mayStart, out int subtask, out ResourceLease? lease, out SubtaskError? error))
#pragma warning restore CA2000
        {
            _waits[subtask] = WaitReason.None;
            if (error is not null)
            {
                Fail(subtask, State.AttemptOf(subtask), error, now);
                continue;
            }

            if (_deadlines?.Allows(subtask, Graph.Policies[subtask], now) == false)
            {
                lease?.Dispose();
                Fail(subtask, State.AttemptOf(subtask), TimeoutError(subtask, TimeLimit.Subtask), now);
                continue;
            }

            Begin(subtask, lease, now, commands);
        }
    }

    private void Begin(int subtask, ResourceLease? lease, long now, HostCommands commands)
    {
        int attempt = State.AttemptOf(subtask) + 1;
        AttemptPolicy policy = Graph.Policies[subtask];
        if (_shared is not null)
        {
            BeginShared(subtask);
        }

        State.Apply(new RunFact(RunFactKind.AttemptStarted, now, subtask, attempt), _consequences);
        _budget?.Reserve(subtask, policy.ExpectedUsage);
        _planned?.Begin(subtask, attempt, now);
        _reservation?.Decide(now);
        commands.Start(subtask, attempt, lease);
        if (policy.HasTimeLimit)
        {
            WakeAttemptAt(subtask, attempt, (_deadlines ??= new AttemptDeadlines()).Begin(subtask, policy, now), commands);
        }
    }

    /// <summary>Nothing of this run is going on. What cannot go on by itself either ends here, by name, instead of waiting for ever.</summary>
    /// <returns>Whether something ended that others may have been held back for.</returns>
    private bool FailWhatCannotGoOn(long now)
    {
        bool isAnyHopeless = false;
        if (_ready.IsAllParked)
        {
            // Other runs may release what these wait for; abandoned code of this run perhaps never will.
            IReadOnlyList<int> hopeless = _abandonedLeases.Count == 0 ? [] : _ready.TakeHopeless(_abandonedLeases.Values);
            foreach (int subtask in hopeless)
            {
                _waits[subtask] = WaitReason.None;
            }

            foreach (int subtask in hopeless)
            {
                isAnyHopeless = true;
                Fail(subtask, State.AttemptOf(subtask), new SubtaskError("ResourcesAbandoned", "What it needs is held by an abandoned attempt of this run that has not returned."), now);
            }
        }
        else if (_ready.Count == 0)
        {
            FailStalled(now);
        }

        return isAnyHopeless;
    }

    /// <summary>Nothing can ever happen: a defect of ours.</summary>
    private void FailStalled(long now)
    {
        for (int subtask = 0; subtask < Graph.Count; subtask++)
        {
            if (IsOpen(subtask))
            {
                var error = new SubtaskError("RunStalled", $"The run stalled while this subtask was {State.StateOf(subtask)} ({_waits[subtask]}). This is a defect of the library.");
                Fail(subtask, State.AttemptOf(subtask), error, now);
            }
        }
    }

    private bool IsOpen(int subtask) => State.StateOf(subtask) is SubtaskState.Pending or SubtaskState.Ready or SubtaskState.Running;

    private void Enqueue(int subtask)
    {
        _waits[subtask] = WaitReason.Turn;
        _ready.Enqueue(subtask);
    }

    private void BeginWait(int subtask, WaitReason reason)
    {
        _waits[subtask] = reason;
        _outstanding++;
    }

    private bool EndWait(int subtask, WaitReason reason)
    {
        if (_waits[subtask] != reason)
        {
            return false;
        }

        _waits[subtask] = WaitReason.None;
        _outstanding--;
        return true;
    }

    private static void WakeAttemptAt(int subtask, int attempt, long at, HostCommands commands)
    {
        if (at < long.MaxValue)
        {
            commands.Add(new HostCommand(HostCommandKind.WakeAttempt, subtask) { Attempt = attempt, DueAt = at });
        }
    }
}
