using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Lets attempts start within the budget of the run, and keeps what follows when it is used up.</summary>
internal sealed class BudgetGate(DispatchContext context)
{
    private readonly BudgetLedger? _ledger = context.Options.Budget is { } budget ? new BudgetLedger(budget) : null;
    private BudgetLimit? _forbidding;

    public static SkipCause Cause { get; } = new(-1, SkipReason.Budget);

    public bool HasBudget => _ledger is not null;

    /// <summary>Whether more is asked for.</summary>
    public bool IsAsking { get; private set; }

    /// <summary>Why nothing else starts; <see langword="null"/> as long as something may.</summary>
    public SkipCause? NotStarting { get; private set; }

    /// <summary>When the time of the budget is up, in UTC ticks; <see cref="long.MaxValue"/> for never.</summary>
    public long TimeIsUpAt => _ledger is { IsTimeUp: false } ? context.StartedAt + _ledger.Budget.MaxTime?.Ticks ?? long.MaxValue : long.MaxValue;

    /// <summary>When to look at the time of the budget, in UTC ticks; <see langword="null"/> for never.</summary>
    public long? WakesAt => context.StartedAt + _ledger?.Budget.MaxTime?.Ticks;

    /// <summary>Whether work of a subtask is done elsewhere: to the budget it runs.</summary>
    public bool IsSuspended(int subtask) => _ledger?.IsSuspended(subtask) == true;

    public bool MayStart(int subtask)
    {
        if (_ledger is null || _ledger.IsSuspended(subtask) || _ledger.WhatForbids(context.Graph.Policies[subtask].ExpectedUsage, out bool isFinal) is not { } limit)
        {
            return true;
        }

        if (isFinal)
        {
            _forbidding = limit;
        }

        return false;
    }

    /// <summary>
    /// Whether attempts may start that need not: what they use of a limited number of attempts, tokens, or of a limited cost, others would lack later. Nothing
    /// follows when they may not.
    /// </summary>
    public bool AllowsExtra => _ledger is null or { IsTimeUp: false, Budget: { MaxAttempts: null, MaxTokens: null, MaxCost: null } };

    /// <summary>Takes the limit that nothing can start within any more; <see langword="null"/> when there is none.</summary>
    public BudgetLimit? TakeForbidding()
    {
        BudgetLimit? limit = _forbidding;
        _forbidding = null;
        return limit;
    }

    /// <summary>An attempt starts.</summary>
    public void Reserve(int subtask, int attempt) => _ledger?.Reserve(KeyOf(subtask, attempt), context.Graph.Policies[subtask].ExpectedUsage);

    /// <summary>An attempt has ended.</summary>
    public void Settle(int subtask, int attempt, TaskUsage? used) => _ledger?.Settle(KeyOf(subtask, attempt), used);

    /// <summary>An attempt has ended, and its work is done elsewhere: it is still reserved.</summary>
    public void Suspend(int subtask, TaskUsage? used)
    {
        _ledger?.Suspend(subtask);
        if (used is not null)
        {
            Count(used);
        }
    }

    /// <summary>Counts what was used without a reservation.</summary>
    public void Count(TaskUsage used) => _ledger?.Count(used);

    /// <summary>The time to start something is over.</summary>
    public void EndTime() => _ledger!.IsTimeUp = true;

    /// <summary>The budget is used up.</summary>
    /// <returns>What follows; <see langword="null"/> when something has followed before.</returns>
    public BudgetAction? Exhaust(BudgetLimit limit, long now)
    {
        if (IsAsking || NotStarting is not null || context.State.Stop is not null)
        {
            return null;
        }

        context.Record(new RunFact(RunFactKind.BudgetExhausted, now, detail: (byte)limit));
        return Follow();
    }

    /// <summary>The run gets another budget. What it has used already counts against it.</summary>
    /// <returns>Whether it counted: whether the run has a budget and continues.</returns>
    public bool Extend(RunBudget budget, long now)
    {
        if (_ledger is null || context.State.IsEnded || context.State.Stop is not null || NotStarting is not null)
        {
            return false;
        }

        context.Record(new RunFact(RunFactKind.BudgetExtended, now, payload: budget));
        _ledger.Extend(budget);
        return true;
    }

    public void EndAsking() => IsAsking = false;

    /// <summary>Applies a fact of the run's past.</summary>
    public void Replay(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.AttemptStarted:
                Reserve(fact.Subtask, fact.Attempt);
                break;
            case RunFactKind.AttemptDeferred:
            case RunFactKind.AttemptInterrupted when context.Deferrals?.HasWaited(fact.Subtask) == true:
                Suspend(fact.Subtask, used: null);
                break;
            case RunFactKind.UsageCounted:
                Count((TaskUsage)fact.Payload!);
                break;
            case RunFactKind.AttemptInterrupted or RunFactKind.AttemptAbandoned or RunFactKind.AttemptFailed or RunFactKind.AttemptDropped or RunFactKind.OutputHeld or RunFactKind.OutputDropped
                or RunFactKind.SubtaskSucceeded or RunFactKind.SubtaskFailed or RunFactKind.SubtaskCancelled:
                Settle(fact.Subtask, fact.Attempt, used: null);
                break;
            case RunFactKind.BudgetExhausted when _ledger is not null:
                _ledger.IsTimeUp |= (BudgetLimit)fact.Detail == BudgetLimit.Time;
                Follow();
                break;
            case RunFactKind.BudgetExtended:
                _ledger?.Extend((RunBudget)fact.Payload!);
                EndAsking();
                break;
            case RunFactKind.StopRequested:
                EndAsking();
                break;
        }
    }

    /// <summary>A subtask has at most one attempt beside another, which has a reservation of its own.</summary>
    private int KeyOf(int subtask, int attempt) => context.State.IsHedge(subtask, attempt) ? ~subtask : subtask;

    private BudgetAction Follow()
    {
        BudgetAction action = _ledger!.Budget.WhenExhausted;
        if (action == BudgetAction.Ask)
        {
            IsAsking = true;
        }
        else if (action != BudgetAction.Stop)
        {
            NotStarting = Cause;
        }

        return action;
    }
}
