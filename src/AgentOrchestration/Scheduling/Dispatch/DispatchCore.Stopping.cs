using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Stops: of an attempt whose time is up, of a subtask, of the run.</summary>
internal sealed partial class DispatchCore
{
    private readonly Dictionary<int, AttemptStop> _stops = [];
    private readonly Dictionary<(int Subtask, int Attempt), ResourceRequirements> _abandonedLeases = [];
    private SkipCause? _notStarting;
    private BudgetLimit? _forbidding;
    private bool _isAsking;
    private int _stopAfterFailureOf = -1;
    private long _startedAt;
    private long _timeIsUpAt = long.MaxValue;

    public void CancelRun(long now, HostCommands commands)
    {
        if (!State.IsEnded && (State.Open > 0 || State.IsPlanOpen))
        {
            StopRun(StopReason.Cancelled, cause: null, now, commands);
            Settle(now, commands);
        }
    }

    /// <summary>Somebody cancels one subtask. What needs it is skipped; everything else goes on.</summary>
    public void CancelSubtask(int subtask, long now, HostCommands commands)
    {
        if (State.IsEnded || State.Stop is not null || !IsOpen(subtask))
        {
            return;
        }

        if (State.StateOf(subtask) == SubtaskState.Running)
        {
            bool isStopping = _stops.TryGetValue(subtask, out AttemptStop stop);
            if (isStopping && (stop.Limit is null || stop.IsCancelled))
            {
                return;
            }

            State.Apply(new RunFact(RunFactKind.SubtaskCancelRequested, now, subtask), _consequences);
            if (isStopping)
            {
                // Its time was up before; no other attempt follows now.
                _stops[subtask] = stop with { IsCancelled = true };
            }
            else
            {
                BeginStop(subtask, State.AttemptOf(subtask), limit: null, mayRetry: false, now, commands);
            }
        }
        else
        {
            Leave(subtask);
            Cancel(subtask, attempt: 0, now);
            foreach (int part in Graph.PartsOf(subtask))
            {
                CancelSubtask(part, now, commands);
            }
        }

        Settle(now, commands);
    }

    /// <summary>An attempt whose code has not begun yet was taken back by the host, because it has been told to stop.</summary>
    public void Revoked(int subtask, int attempt, long now, HostCommands commands) =>
        Returned(subtask, attempt, new AttemptResult { Error = NeverBegan }, now, commands);

    /// <summary>It is time to look at the run: its time, or that of its budget, may be up.</summary>
    public void RunDue(long now, HostCommands commands)
    {
        if (State.IsEnded || (State.Open == 0 && !State.IsPlanOpen))
        {
            return;
        }

        Settle(now, commands);
    }

    /// <summary>
    /// Time that is over begins nothing: before anything starts, and not only when the host gets to say that it is time, because a process that
    /// was suspended, or a run that nobody drove, comes to it late.
    /// </summary>
    private void EndTime(long now, HostCommands commands)
    {
        _timeIsUpAt = long.MaxValue;
        if (State.IsEnded || (State.Open == 0 && !State.IsPlanOpen))
        {
            return;
        }

        if (now >= _startedAt + _options.Timeout?.Ticks)
        {
            StopRun(StopReason.Timeout, cause: null, now, commands);
            return;
        }

        _budget!.IsTimeUp = true;
        _timeIsUpAt = NextEndOfTime();
        Exhaust(BudgetLimit.Time, now, commands);
    }

    /// <summary>When the time of the run, or that of its budget, is up; <see cref="long.MaxValue"/> for never.</summary>
    private long NextEndOfTime()
    {
        long run = _startedAt + _options.Timeout?.Ticks ?? long.MaxValue;
        long budget = _budget is { IsTimeUp: false } ? _startedAt + _budget.Budget.MaxTime?.Ticks ?? long.MaxValue : long.MaxValue;
        return Math.Min(run, budget);
    }

    /// <summary>The run gets another budget. What it has used already counts against it.</summary>
    /// <returns>Whether it counted: whether the run has a budget and goes on.</returns>
    public bool ExtendBudget(RunBudget budget, long now, HostCommands commands)
    {
        if (_budget is null || State.IsEnded || State.Stop is not null || _notStarting is not null)
        {
            return false;
        }

        State.Apply(new RunFact(RunFactKind.BudgetExtended, now, payload: budget), _consequences);
        _budget.Extend(budget);
        _timeIsUpAt = NextEndOfTime();
        WakeRunAt(_startedAt + budget.MaxTime?.Ticks, commands);
        EndAsking();
        Settle(now, commands);
        return true;
    }

    private static SubtaskError NeverBegan { get; } = new("NeverBegan", "It was told to stop before its code began.");

    private void StopRun(StopReason reason, SkipCause? cause, long now, HostCommands commands)
    {
        if (State.Stop is not null || State.IsEnded)
        {
            return;
        }

        State.Apply(new RunFact(RunFactKind.StopRequested, now, detail: (byte)reason), _consequences);
        _isAsking = false;
        _ready.Clear();
        Array.Clear(_waits);
        _outstanding = 0;
        _awaitingApproval.Clear();
        _consequences.Ready.Clear();
        if (cause is not null)
        {
            FailWithParts(now);
        }

        for (int subtask = 0; subtask < Graph.Count; subtask++)
        {
            if (State.StateOf(subtask) == SubtaskState.Running)
            {
                if (!_stops.ContainsKey(subtask))
                {
                    BeginStop(subtask, State.AttemptOf(subtask), limit: null, mayRetry: false, now, commands);
                }
            }
            else if (IsOpen(subtask))
            {
                EndUnstarted(subtask, cause, now);
            }
        }
    }

    private void EndUnstarted(int subtask, SkipCause? cause, long now)
    {
        if (cause is null)
        {
            Cancel(subtask, attempt: 0, now);
        }
        else
        {
            Skip(subtask, cause.Reason == SkipReason.Budget ? cause with { Subtask = subtask } : cause, now);
        }
    }

    private void BeginStop(int subtask, int attempt, TimeLimit? limit, bool mayRetry, long now, HostCommands commands)
    {
        long abandonAt = now + _options.CancellationGracePeriod.Ticks;
        _stops[subtask] = new AttemptStop(limit, abandonAt) { MayRetry = mayRetry };
        commands.Add(new HostCommand(HostCommandKind.StopAttempt, subtask) { Attempt = attempt });
        WakeAttemptAt(subtask, attempt, abandonAt, commands);
    }

    /// <summary>Code that was told to stop goes on: the run goes on without it. It keeps what it holds until it returns.</summary>
    private void Abandon(int subtask, int attempt, AttemptStop stop, long now, HostCommands commands)
    {
        EndAttempt(subtask, attempt, usage: null, now);
        State.Apply(new RunFact(RunFactKind.AttemptAbandoned, now, subtask, attempt), _consequences);
        _abandonedLeases.Add((subtask, attempt), Graph.NeedVectors[Graph.NeedVectorOf[subtask]]);
        if (stop is { Limit: { } limit, IsCancelled: false })
        {
            // Another attempt may run beside this one only if neither changes anything outside, and not beside too many.
            bool mayRetry = limit != TimeLimit.Subtask
                && Graph.Policies[subtask].ChangesNothing
                && _abandonedLeases.Count <= _options.MaxAbandoned
                && stop.MayRetry;
            Failed(subtask, attempt, new AttemptResult { Error = TimeoutError(subtask, limit), MayRetry = mayRetry }, now, commands);
        }
        else
        {
            Cancel(subtask, attempt, now);
        }
    }

    /// <summary>
    /// If the code of an abandoned attempt has returned after all, what it held is free again, and what it used counts, though its result
    /// does not.
    /// </summary>
    private void AbandonedReturned(int subtask, int attempt, TaskUsage? usage, long now, HostCommands commands)
    {
        if (!_abandonedLeases.Remove((subtask, attempt)) || State.IsEnded)
        {
            return;
        }

        if (usage is not null)
        {
            _budget?.Count(usage);
            State.Apply(new RunFact(RunFactKind.UsageCounted, now, subtask, attempt, payload: usage), _consequences);
        }

        Settle(now, commands);
    }

    /// <summary>Takes a subtask out of whatever it waits for.</summary>
    private void Leave(int subtask)
    {
        switch (_waits[subtask])
        {
            case WaitReason.Turn:
                _ready.Remove(subtask);
                break;
            case WaitReason.Duplicate or WaitReason.None:
                break;
            default:
                _outstanding--;
                _awaitingApproval.Remove(subtask);
                break;
        }

        _waits[subtask] = WaitReason.None;
    }

    private SubtaskError TimeoutError(int subtask, TimeLimit limit)
    {
        AttemptPolicy policy = Graph.Policies[subtask];
        string message = limit switch
        {
            TimeLimit.Attempt => $"The attempt did not end within its timeout of {policy.Timeout}.",
            TimeLimit.Subtask => $"The subtask did not end within its timeout of {policy.TotalTimeout} over all attempts.",
            _ => $"The attempt reported nothing for its idle timeout of {policy.IdleTimeout}.",
        };
        return SubtaskError.From(new TimeoutException(message));
    }

    /// <summary>What the ledger of the budget said while subtasks were being started.</summary>
    private void FollowBudget(long now, HostCommands commands)
    {
        if (_forbidding is { } limit)
        {
            _forbidding = null;
            Exhaust(limit, now, commands);
        }
    }

    private void Exhaust(BudgetLimit limit, long now, HostCommands commands)
    {
        if (_isAsking || _notStarting is not null || State.Stop is not null)
        {
            return;
        }

        State.Apply(new RunFact(RunFactKind.BudgetExhausted, now, detail: (byte)limit), _consequences);
        var cause = new SkipCause(-1, SkipReason.Budget);
        switch (_budget!.Budget.WhenExhausted)
        {
            case BudgetAction.Stop:
                StopRun(StopReason.Budget, cause, now, commands);
                break;
            case BudgetAction.Ask:
                _isAsking = true;
                _outstanding++;
                break;
            default:
                Finish(cause, now);
                break;
        }
    }

    /// <summary>What runs goes on to its end; nothing else starts.</summary>
    private void Finish(SkipCause cause, long now)
    {
        _notStarting = cause;
        for (int subtask = 0; subtask < Graph.Count; subtask++)
        {
            if (State.StateOf(subtask) is SubtaskState.Ready or SubtaskState.Pending && !WaitsForParts(subtask))
            {
                Leave(subtask);
                Skip(subtask, cause with { Subtask = subtask }, now);
            }
        }
    }

    /// <summary>Whether a subtask is made of others that may still be running; it ends by what they do.</summary>
    private bool WaitsForParts(int subtask) => _expanded.Contains(subtask);

    private static void WakeRunAt(long? at, HostCommands commands)
    {
        if (at is { } dueAt)
        {
            commands.Add(new HostCommand(HostCommandKind.WakeRun) { DueAt = dueAt });
        }
    }
}
