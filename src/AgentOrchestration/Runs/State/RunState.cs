using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;

namespace AgentOrchestration.Runs.State;

/// <summary>
/// The state machine of a run: the fold of its facts, as arrays over the graph's indices. It does no I/O and knows no clock, thread,
/// store or random number; time arrives with the fact. Not thread-safe: a host applies one fact at a time.
/// </summary>
internal sealed class RunState : IOpenSubtasks
{
    private readonly EndCounts _ends;
    private readonly RunLosses _losses;
    private SubtaskState[] _states;
    private int[] _waitingFor;
    private ushort[] _attempts;
    private object?[] _payloads;
    private Dictionary<int, CompensationState>? _compensations;
    private List<int>? _completions;
    private EarlyWork? _early;
    private HedgedWork? _hedged;

    public RunState(TaskGraph graph, double[]? priorities = null)
    {
        Graph = new GrowingGraph(graph, priorities ?? graph.Priorities, this);
        _ends = new EndCounts(this);
        _losses = new RunLosses(this);
        _states = new SubtaskState[graph.Count];
        _attempts = new ushort[graph.Count];
        _payloads = new object?[graph.Count];
        _waitingFor = Array.ConvertAll(graph.Dependencies, dependencies => dependencies.Length);
        Open = graph.Count;
    }

    public GrowingGraph Graph { get; }

    /// <summary>The number of subtasks that are in no terminal state.</summary>
    public int Open { get; private set; }

    /// <summary>The number of subtasks of which an attempt is running.</summary>
    public int Running { get; private set; }

    /// <summary>The number of attempts that run beside another of their subtask, or still do though the other has succeeded.</summary>
    public int Beside => _hedged?.Beside ?? 0;

    /// <summary>The number of attempts that still run though another of their subtask has succeeded.</summary>
    public int Outrun => _hedged?.Outrun ?? 0;

    /// <summary>Whether any attempt runs that the run waits for.</summary>
    public bool IsAnyRunning => Running > 0 || Outrun > 0;

    /// <summary>Whether the plan is still being written.</summary>
    public bool IsPlanOpen { get; private set; }

    /// <summary>Whether nothing starts until the run is continued.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Why the run stops before its work is done, when it does.</summary>
    public StopReason? Stop { get; private set; }

    public bool IsEnded { get; private set; }

    public RunOutcome Outcome => Stop switch
    {
        _ when !_losses.IsAny => RunOutcome.Succeeded,
        StopReason.Timeout => RunOutcome.TimedOut,
        StopReason.Budget => RunOutcome.BudgetExhausted,
        StopReason.Failure => RunOutcome.Failed,
        _ => _losses.AnyCancelled ? RunOutcome.Cancelled : _losses.AnyFailed ? RunOutcome.Failed : RunOutcome.BudgetExhausted,
    };

    /// <summary>Whether what succeeded has to be undone under a policy that compensates.</summary>
    public bool HasNotSucceeded => Outcome != RunOutcome.Succeeded;

    /// <summary>Whether a subtask has failed that something needs, or that nothing takes.</summary>
    public bool HasFailed => _losses.AnyFailed;

    public RunHistory History { get; } = new();

    /// <summary>The subtasks that an attempt completed, in that order; kept only when <see cref="KeepCompletions"/> was called.</summary>
    public IReadOnlyList<int> Completions => _completions ?? [];

    public void KeepCompletions() => _completions = [];

    public SubtaskState StateOf(int subtask) => _states[subtask];

    /// <summary>The number of attempts that have started.</summary>
    public int AttemptsStarted { get; private set; }

    /// <summary>The attempts that have started early; <see langword="null"/> when none has.</summary>
    public EarlyWork? Early => _early;

    /// <summary>The early attempt of a subtask of which it is not decided what becomes of it.</summary>
    public EarlyAttempt? EarlyOf(int subtask) => _early?.Find(subtask);

    /// <summary>Whether all that a subtask waits for has ended as it must.</summary>
    public bool IsWaitOver(int subtask) => _waitingFor[subtask] == 0;

    /// <summary>For how many a subtask waits.</summary>
    public int WaitsFor(int subtask) => _waitingFor[subtask];

    public bool IsOpen(int subtask) => _states[subtask] is SubtaskState.Pending or SubtaskState.Ready or SubtaskState.Running;

    /// <summary>The number of the subtask's latest attempt, from 1; 0 before the first.</summary>
    public int AttemptOf(int subtask) => _attempts[subtask];

    /// <summary>The output of a subtask that has succeeded; <see langword="null"/> for any other.</summary>
    public object? OutputOf(int subtask) =>
        _states[subtask] != SubtaskState.Succeeded ? null : _payloads[subtask] is FallbackOutput fallback ? fallback.Output : _payloads[subtask];

    /// <summary>Whether this very object is the output of a subtask that has succeeded.</summary>
    public bool IsOutputOf(int subtask, object? output) => _states[subtask] == SubtaskState.Succeeded && ReferenceEquals(OutputOf(subtask), output);

    /// <summary>Whether a subtask has succeeded with its fallback, because its work has failed.</summary>
    public bool HasFallenBack(int subtask) => _payloads[subtask] is FallbackOutput;

    /// <summary>Why the latest attempt of a subtask that is to be tried again failed.</summary>
    public SubtaskError? LatestErrorOf(int subtask) => _payloads[subtask] as SubtaskError;

    public CompensationState CompensationOf(int subtask) => _compensations?.GetValueOrDefault(subtask) ?? CompensationState.None;

    /// <summary>Whether a completion of this attempt still counts: a late or repeated one changes nothing.</summary>
    public bool IsCurrent(int subtask, int attempt) =>
        _states[subtask] == SubtaskState.Running && (_hedged?.Find(subtask) is { IsAny: true } hedged ? hedged.Runs(attempt) : _attempts[subtask] == attempt);

    /// <summary>Whether an attempt still runs though another of its subtask has succeeded.</summary>
    public bool IsOutrun(int subtask, int attempt) => _states[subtask] != SubtaskState.Running && _hedged?.Find(subtask)?.Runs(attempt) == true;

    /// <summary>Whether the run waits for an attempt: it may still succeed, or is to stop because another has.</summary>
    public bool IsWaitedFor(int subtask, int attempt) => IsCurrent(subtask, attempt) || IsOutrun(subtask, attempt);

    /// <summary>The attempt of a running subtask that runs; of two the older one.</summary>
    public int RunningAttemptOf(int subtask) => _hedged?.Find(subtask) is { IsAny: true } hedged ? hedged.First : _attempts[subtask];

    /// <summary>The attempt that runs beside another one of a running subtask; 0 when that is alone.</summary>
    public int BesideOf(int subtask, int attempt) => _states[subtask] == SubtaskState.Running ? _hedged?.Find(subtask)?.Beside(attempt) ?? 0 : 0;

    /// <summary>Whether an attempt is the latest that was started beside another of its subtask.</summary>
    public bool IsHedge(int subtask, int attempt) => _hedged?.Find(subtask) is { } hedged && hedged.Hedge == attempt;

    /// <summary>How many attempts of a subtask were started beside others.</summary>
    public int HedgesOf(int subtask) => _hedged?.Find(subtask)?.Count ?? 0;

    /// <summary>The attempts that still run though another of their subtask has succeeded, in the order of the plan.</summary>
    public (int Subtask, int Attempt)[] AllOutrun() => Outrun == 0 ? [] : [.. _hedged!.Running().Where(hedged => _states[hedged.Subtask] != SubtaskState.Running).Order()];

    /// <summary>Records a fact and adds what follows from it.</summary>
    public void Apply(in RunFact fact, RunConsequences consequences)
    {
        if (IsEnded)
        {
            throw new InvalidOperationException($"The run has ended; {fact.Kind} cannot follow.");
        }

        History.Append(fact);
        switch (fact.Kind)
        {
            case RunFactKind.RunStarted:
                IsPlanOpen = fact.Detail != 0;
                StartRoots(consequences);
                break;
            case RunFactKind.SubtasksAdded:
                Grow((GraphGrowth)fact.Payload!, consequences);
                break;
            case RunFactKind.PlanCompleted:
                ClosePlan();
                break;
            case RunFactKind.AttemptStarted when fact.Payload is HedgeMark mark:
                (_hedged ??= new HedgedWork()).Begin(fact.Subtask, mark.Original, fact.Attempt);
                _attempts[fact.Subtask] = (ushort)fact.Attempt;
                break;
            case RunFactKind.AttemptStarted:
                _states[fact.Subtask] = SubtaskState.Running;
                _attempts[fact.Subtask] = (ushort)fact.Attempt;
                Running++;
                AttemptsStarted++;
                if (fact.Detail != 0)
                {
                    (_early ??= new EarlyWork()).Begin(fact.Subtask, fact.Attempt);
                }

                break;
            case RunFactKind.AttemptDropped:
                _hedged!.EndOne(fact.Subtask, fact.Attempt, IsOutrun(fact.Subtask, fact.Attempt));
                break;
            case RunFactKind.AttemptInterrupted or RunFactKind.AttemptDeferred:
                _hedged?.EndBoth(fact.Subtask);
                Running--;
                _states[fact.Subtask] = _early?.Drop(fact.Subtask) == true ? StateBeforeStart(fact.Subtask) : SubtaskState.Ready;
                break;
            case RunFactKind.SubtaskCancelRequested:
                if (EarlyOf(fact.Subtask) is { } cancelled)
                {
                    cancelled.IsCancelled = true;
                    LoseThoseThatNeed(fact.Subtask, new SkipCause(fact.Subtask, SkipReason.Cancelled), consequences);
                }

                break;
            case RunFactKind.AttemptConfirmed:
                _early!.Confirm(fact.Subtask);
                break;
            case RunFactKind.OutputHeld:
                Running--;
                _states[fact.Subtask] = StateBeforeStart(fact.Subtask);
                _early!.Find(fact.Subtask)!.Hold(fact.Payload);
                break;
            case RunFactKind.OutputDropped:
                Running -= _states[fact.Subtask] == SubtaskState.Running ? 1 : 0;
                _states[fact.Subtask] = StateBeforeStart(fact.Subtask);
                _early!.Drop(fact.Subtask);
                break;
            case RunFactKind.AttemptFailed:
                _hedged?.EndBoth(fact.Subtask);
                Running--;
                _states[fact.Subtask] = SubtaskState.Ready;
                _payloads[fact.Subtask] = ((AttemptRetry)fact.Payload!).Error;
                break;
            case RunFactKind.SubtaskSucceeded:
                End(fact, SubtaskState.Succeeded, fact.Payload switch { SharedOutput made => made.Output, HeldOutput held => held.Output, var output => output });
                _early?.Confirm(fact.Subtask);
                if (_completions is not null && !HasFallenBack(fact.Subtask))
                {
                    _completions.Add(fact.Subtask);
                }

                Release(fact.Subtask, consequences);
                break;
            case RunFactKind.SubtaskFailed:
                End(fact, SubtaskState.Failed, fact.Payload is SharedFailure shared ? shared.Error : fact.Payload);
                _losses.Count(fact.Subtask);
                PassOn(fact.Subtask, new SkipCause(fact.Subtask, SkipReason.Failed), consequences);
                break;
            case RunFactKind.SubtaskSkipped:
                var cause = (SkipCause)fact.Payload!;
                _losses.CountSkipped(cause);
                End(fact, SubtaskState.Skipped, cause);
                PassOn(fact.Subtask, cause, consequences);
                break;
            case RunFactKind.SubtaskCancelled:
                End(fact, SubtaskState.Cancelled, payload: null);
                _losses.Count(fact.Subtask);
                PassOn(fact.Subtask, new SkipCause(fact.Subtask, SkipReason.Cancelled), consequences);
                break;
            case RunFactKind.RunPaused:
                IsPaused = true;
                break;
            case RunFactKind.RunContinued:
                IsPaused = false;
                break;
            case RunFactKind.StopRequested:
                Stop = (StopReason)fact.Detail;
                _losses.CountUnwritten();
                ClosePlan();
                break;
            case RunFactKind.CompensationStarted:
                (_compensations ??= [])[fact.Subtask] = CompensationState.Running;
                break;
            case RunFactKind.CompensationFailed:
                _compensations![fact.Subtask] = ((AttemptRetry)fact.Payload!).RetryAt == 0 ? CompensationState.Failed : CompensationState.Running;
                break;
            case RunFactKind.SubtaskCompensated:
                _compensations![fact.Subtask] = CompensationState.Succeeded;
                break;
            case RunFactKind.RunEnded:
                IsEnded = true;
                break;
        }
    }

    private void ClosePlan()
    {
        IsPlanOpen = false;
        _losses.Decide();
    }

    /// <summary>Whether the run can succeed though a subtask does not.</summary>
    public bool CanDoWithout(int subtask) => _losses.CanDoWithout(subtask);

    private void StartRoots(RunConsequences consequences)
    {
        for (int subtask = 0; subtask < Graph.Count; subtask++)
        {
            if (_waitingFor[subtask] == 0)
            {
                MakeReady(subtask, consequences);
            }
        }
    }

    private void Release(int subtask, RunConsequences consequences)
    {
        foreach (int successor in Graph.PlannedSuccessors(subtask))
        {
            ReleaseOne(successor, consequences);
        }

        if (Graph.HasGrown)
        {
            foreach (int successor in Graph.AddedSuccessors(subtask) ?? [])
            {
                ReleaseOne(successor, consequences);
            }

            _ends.Ended(subtask, consequences);
        }
    }

    /// <summary>One of those that a subtask waits for has ended as it must.</summary>
    public void ReleaseOne(int successor, RunConsequences consequences)
    {
        if (--_waitingFor[successor] != 0)
        {
            return;
        }

        if (_states[successor] == SubtaskState.Pending)
        {
            MakeReady(successor, consequences);
        }
        else if (IsRunningEarly(successor))
        {
            consequences.Ready.Enqueue(successor);
        }
    }

    private bool IsRunningEarly(int subtask) => _early?.Find(subtask) is not null && _states[subtask] == SubtaskState.Running;

    private SubtaskState StateBeforeStart(int subtask) => _waitingFor[subtask] == 0 ? SubtaskState.Ready : SubtaskState.Pending;

    private void MakeReady(int subtask, RunConsequences consequences)
    {
        _states[subtask] = SubtaskState.Ready;
        consequences.Ready.Enqueue(subtask);
    }

    /// <summary>A subtask ended without an output: what needs it is skipped, what takes it only as an optional input goes on without.</summary>
    private void PassOn(int subtask, SkipCause cause, RunConsequences consequences)
    {
        foreach (int successor in Graph.PlannedSuccessors(subtask))
        {
            PassOn(successor);
        }

        if (Graph.HasGrown)
        {
            Graph.AddedSuccessors(subtask)?.ForEach(PassOn);
            _ends.Lost(subtask, cause, consequences);
        }

        void PassOn(int successor)
        {
            if (!IsWaiting(successor))
            {
                return;
            }

            if (IsLostWithout(subtask, successor))
            {
                Lose(successor, cause, consequences);
            }
            else
            {
                ReleaseOne(successor, consequences);
            }
        }
    }

    /// <summary>Something that a subtask cannot do without is lost.</summary>
    public void Lose(int subtask, SkipCause cause, RunConsequences consequences)
    {
        if (MayClose(subtask) && EarlyOf(subtask) is { ClosedBy: null } early)
        {
            early.ClosedBy = cause;
            if (!early.IsHeld)
            {
                LoseThoseThatNeed(subtask, cause, consequences);
            }
        }

        consequences.Skipped.Push((subtask, cause));
    }

    /// <summary>Whether the gate of a subtask with an early attempt can still close: neither its run stops, nor was it cancelled before.</summary>
    public bool MayClose(int subtask) => Stop is null && EarlyOf(subtask) is { IsCancelled: false };

    /// <summary>The code of a subtask that has lost something, or was cancelled, is still to stop: what needs the subtask is lost at once, as without early starts.</summary>
    private void LoseThoseThatNeed(int subtask, SkipCause cause, RunConsequences consequences)
    {
        foreach (int successor in Graph.PlannedSuccessors(subtask))
        {
            LoseOne(successor);
        }

        Graph.AddedSuccessors(subtask)?.ForEach(LoseOne);

        void LoseOne(int successor)
        {
            if (IsWaiting(successor) && IsLostWithout(subtask, successor))
            {
                Lose(successor, cause, consequences);
            }
        }
    }

    /// <summary>Whether a subtask waits for others, also while an early attempt of it runs.</summary>
    public bool IsWaiting(int subtask) => _states[subtask] == SubtaskState.Pending || IsRunningEarly(subtask);

    /// <summary>Whether a subtask is skipped because one that it waits for has not succeeded. A whole looks at its parts when all of them have ended.</summary>
    private bool IsLostWithout(int dependency, int subtask) => !Graph.IsPart(dependency, subtask) && Graph.IsNeeded(dependency, subtask);

    private void Grow(GraphGrowth growth, RunConsequences consequences)
    {
        int first = Graph.Count;
        Graph.Grow(growth);
        int count = Graph.Count;
        _losses.Forget(growth);
        GrowingArray.Reserve(ref _states, count);
        GrowingArray.Reserve(ref _attempts, count);
        GrowingArray.Reserve(ref _payloads, count);
        GrowingArray.Reserve(ref _waitingFor, count);
        Open += count - first;
        if (growth.IsJoined)
        {
            // It waits again, for those it added; this time its readiness means that they are done.
            _states[growth.Parent] = SubtaskState.Pending;
            _waitingFor[growth.Parent] = count - first;
        }

        _ends.Open(growth, consequences);

        for (int subtask = first; subtask < count; subtask++)
        {
            JoinIn(subtask, consequences);
        }
    }

    /// <summary>
    /// A growth with only those waiters that can still wait. What has begun or ended waits for nothing more: an edge to it would be none of the
    /// order in which things happen, and could close a cycle.
    /// </summary>
    /// <param name="growth">What is going to be added.</param>
    public GraphGrowth WithThoseThatWait(GraphGrowth growth)
    {
        IReadOnlyList<EndWait> waits = growth.Waits.Waits;
        return waits.All(wait => wait.Waiter.Subtask >= growth.Offset || CanWait(wait.Waiter.Subtask))
            ? growth
            : growth with { Waits = growth.Waits with { Waits = [.. waits.Where(wait => wait.Waiter.Subtask >= growth.Offset || CanWait(wait.Waiter.Subtask))] } };
    }

    /// <summary>Returns whether something has to wait for an end: whether it is open, or has lost something that is needed.</summary>
    public bool IsAwaitable(AdditionEnd end) => end.Open > 0 || end.LostBy >= 0;

    /// <summary>Returns whether a subtask has neither begun nor ended.</summary>
    public bool CanWait(int subtask) => _states[subtask] is SubtaskState.Pending or SubtaskState.Ready || IsRunningEarly(subtask);

    /// <summary>Lets a subtask wait for one more; it may have become ready meanwhile.</summary>
    public void Await(int waiter)
    {
        _waitingFor[waiter]++;
        _states[waiter] = IsRunningEarly(waiter) ? SubtaskState.Running : SubtaskState.Pending;
        OutdateAfter(waiter);
    }

    /// <summary>What has to wait was not known to, and what is read after it may change until then: what has read it early does so again.</summary>
    private void OutdateAfter(int waiter)
    {
        if (_early is not { IsAny: true } early)
        {
            return;
        }

        early.Outdate(waiter);
        HashSet<int> seen = [waiter];
        Stack<int> open = new(seen);
        while (open.TryPop(out int subtask))
        {
            foreach (int successor in Graph.PlannedSuccessors(subtask))
            {
                Visit(successor);
            }

            Graph.AddedSuccessors(subtask)?.ForEach(Visit);
        }

        void Visit(int successor)
        {
            if (successor < _states.Length && IsOpen(successor) && seen.Add(successor))
            {
                open.Push(successor);
                if (Graph.TaskTypes[successor].Effect == TaskEffect.Read)
                {
                    early.Outdate(successor);
                }
            }
        }
    }

    /// <summary>A subtask that was added may depend on some that have ended long ago.</summary>
    private void JoinIn(int subtask, RunConsequences consequences)
    {
        foreach (int dependency in Graph.Dependencies[subtask])
        {
            WaitFor(dependency, subtask, consequences);
        }

        if (_waitingFor[subtask] == 0)
        {
            MakeReady(subtask, consequences);
        }
    }

    private void WaitFor(int dependency, int subtask, RunConsequences consequences)
    {
        if (IsOpen(dependency))
        {
            _waitingFor[subtask]++;
        }
        else if (_states[dependency] != SubtaskState.Succeeded && IsLostWithout(dependency, subtask))
        {
            consequences.Skipped.Push((subtask, CauseOf(dependency)));
            _waitingFor[subtask]++;
        }
    }

    /// <summary>Why what needs a subtask that has ended without an output is skipped.</summary>
    public SkipCause CauseOf(int subtask) => _states[subtask] switch
    {
        SubtaskState.Skipped => (SkipCause)_payloads[subtask]!,
        SubtaskState.Cancelled => new SkipCause(subtask, SkipReason.Cancelled),
        _ => new SkipCause(subtask, SkipReason.Failed),
    };

    private void End(in RunFact fact, SubtaskState state, object? payload)
    {
        if (_states[fact.Subtask] == SubtaskState.Running)
        {
            Running--;
            _hedged?.EndSubtask(fact.Subtask, fact.Attempt, hasSucceeded: state == SubtaskState.Succeeded);
        }

        _states[fact.Subtask] = state;
        _payloads[fact.Subtask] = payload;
        Open--;
    }
}
