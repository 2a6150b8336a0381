using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Goes on with a run of which only the facts are left. What is no fact is worked out again from them: who waits for what, what a budget
/// has left, what is half undone. Code that ran is gone, and with it whatever it had not told.
/// </summary>
internal sealed partial class DispatchCore
{
    private ReplayedFacts? _replayed;

    /// <summary>Applies a fact of the run's past. <see cref="RunFactRules"/> says which can follow.</summary>
    public void Replay(in RunFact fact)
    {
        if (fact.Kind == RunFactKind.SubtasksAdded)
        {
            var growth = (GraphGrowth)fact.Payload!;
            GrowingArray.Reserve(ref _waits, Graph.Count + growth.Part.Count);
            _mayNeedPreparation = true;
            if (growth.IsJoined)
            {
                _expanded.Add(fact.Subtask);
            }
        }

        State.Apply(fact, _consequences);

        // What followed from it stands in the facts behind it.
        _consequences.Ready.Clear();
        _consequences.Skipped.Clear();
        _replayed ??= new ReplayedFacts();
        _replayed.Add(fact);
        Remember(fact);
    }

    /// <summary>All facts have been applied: the run goes on.</summary>
    public void Resume(long now, HostCommands commands)
    {
        if (State.IsEnded)
        {
            commands.Add(new HostCommand(HostCommandKind.EndRun));
            return;
        }

        ReplayedFacts replayed = _replayed ?? throw new InvalidOperationException("Nothing was replayed.");
        _replayed = null;
        if (_order.Starts is not null)
        {
            // A schedule that was interrupted is one for other times.
            Graph.GoByCriticalPath(_plan, seconds: null);
        }

        if (_order.Starts is not null || _order.IsByCriticalPath)
        {
            BeginCorrecting();
        }

        _timeIsUpAt = NextEndOfTime();
        WakeRunAt(_startedAt + _options.Timeout?.Ticks, commands);
        WakeRunAt(_startedAt + _budget?.Budget.MaxTime?.Ticks, commands);

        // What is ready already comes first: of attempts that ended with the process others may become ready, and are none of these.
        ILookup<SubtaskState, int> byState = Enumerable.Range(0, Graph.Count).ToLookup(State.StateOf);
        foreach (int subtask in byState[SubtaskState.Ready])
        {
            GoOnWaiting(subtask, replayed, commands);
        }

        foreach (int subtask in byState[SubtaskState.Running])
        {
            GoOnWithAttempt(subtask, replayed, now, commands);
        }

        GoOnUndoing(now, commands);
        Settle(now, commands);
    }

    /// <summary>What the core keeps beside the state of the run.</summary>
    private void Remember(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.RunStarted:
                _startedAt = fact.Time;
                break;
            case RunFactKind.ApprovalDecided when fact.Detail != 0:
                _approved.Add(fact.Subtask);
                break;
            case RunFactKind.AttemptStarted:
                _budget?.Reserve(fact.Subtask, Graph.Policies[fact.Subtask].ExpectedUsage);
                if (Graph.Policies[fact.Subtask].HasTimeLimit)
                {
                    (_deadlines ??= new AttemptDeadlines()).Begin(fact.Subtask, Graph.Policies[fact.Subtask], fact.Time);
                }

                break;
            case RunFactKind.UsageCounted:
                _budget?.Count((TaskUsage)fact.Payload!);
                break;
            case RunFactKind.AttemptInterrupted or RunFactKind.AttemptAbandoned or RunFactKind.AttemptFailed or RunFactKind.SubtaskSucceeded or RunFactKind.SubtaskFailed or RunFactKind.SubtaskCancelled:
                _deadlines?.End(fact.Subtask);
                _budget?.Settle(fact.Subtask, used: null);
                break;
            case RunFactKind.BudgetExhausted when _budget is not null:
                RememberExhausted((BudgetLimit)fact.Detail);
                break;
            case RunFactKind.BudgetExtended:
                _budget?.Extend((RunBudget)fact.Payload!);
                EndAsking();
                break;
            case RunFactKind.StopRequested:
                EndAsking();
                break;
            case RunFactKind.CompensationStarted:
                (_undoneOnce, _undoing, _undoAttempt, _undoRetryAt) = (true, fact.Subtask, fact.Attempt, 0);
                break;
            case RunFactKind.CompensationFailed:
                _undoRetryAt = ((AttemptRetry)fact.Payload!).RetryAt;
                _undoing = _undoRetryAt == 0 ? -1 : _undoing;
                break;
            case RunFactKind.SubtaskCompensated:
                _undoing = -1;
                break;
        }
    }

    private void RememberExhausted(BudgetLimit limit)
    {
        _budget!.IsTimeUp |= limit == BudgetLimit.Time;
        if (_budget.Budget.WhenExhausted == BudgetAction.Ask)
        {
            _outstanding += _isAsking ? 0 : 1;
            _isAsking = true;
        }
        else if (_budget.Budget.WhenExhausted == BudgetAction.Finish)
        {
            _notStarting = new SkipCause(-1, SkipReason.Budget);
        }
    }

    private void EndAsking()
    {
        if (_isAsking)
        {
            _isAsking = false;
            _outstanding--;
        }
    }

    /// <summary>What an interrupted attempt used nobody knows, so it counts as what it was expected to use: a restart refills no budget.</summary>
    private void EndInterrupted(int subtask, int attempt, long now)
    {
        TaskUsage expected = Graph.Policies[subtask].ExpectedUsage;
        EndAttempt(subtask, attempt, expected == TaskUsage.None ? null : expected, now);
    }

    private void GoOnWithAttempt(int subtask, ReplayedFacts replayed, long now, HostCommands commands)
    {
        int attempt = State.AttemptOf(subtask);
        if (State.Stop is not null || replayed.IsCancelled(subtask))
        {
            EndInterrupted(subtask, attempt, now);
            Cancel(subtask, attempt, now);
        }
        else if (replayed.LimitOf(subtask) is { } limit)
        {
            EndInterrupted(subtask, attempt, now);
            bool mayRetry = limit != TimeLimit.Subtask && Graph.Policies[subtask].Retry.MayRetry(new TimeoutException());
            Failed(subtask, attempt, new AttemptResult { Error = TimeoutError(subtask, limit), MayRetry = mayRetry }, now, commands);
        }
        else
        {
            EndInterrupted(subtask, attempt, now);
            State.Apply(new RunFact(RunFactKind.AttemptInterrupted, now, subtask, attempt), _consequences);
            _consequences.Ready.Enqueue(subtask);
        }
    }

    private void GoOnWaiting(int subtask, ReplayedFacts replayed, HostCommands commands)
    {
        if (replayed.RetryOf(subtask) is { } retryAt)
        {
            BeginWait(subtask, WaitReason.Retry);
            commands.Add(new HostCommand(HostCommandKind.WakeRetry, subtask) { DueAt = retryAt });
        }
        else if (replayed.QuestionOf(subtask) is { } question)
        {
            _awaitingApproval[subtask] = new Preparation { Approval = question };
            BeginWait(subtask, WaitReason.Approval);
        }
        else
        {
            _consequences.Ready.Enqueue(subtask);
        }
    }

    private void GoOnUndoing(long now, HostCommands commands)
    {
        if (!_undoneOnce)
        {
            return;
        }

        _undo = new Stack<int>(State.Completions.Where(subtask =>
            State.AttemptOf(subtask) > 0 && Graph.TaskTypes[subtask].IsCompensable && State.CompensationOf(subtask) == CompensationState.None));
        if (_undoing < 0)
        {
            UndoNext(now, commands);
        }
        else if (_undoRetryAt > 0)
        {
            WakeCompensationAt(_undoRetryAt, commands);
        }
        else
        {
            StartCompensation(_undoAttempt + 1, now, commands);
        }
    }
}
