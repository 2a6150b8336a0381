using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// What a run has used and reserved of its budget. An attempt reserves what it is expected to use, and settles what it used.
/// </summary>
internal sealed class BudgetLedger(RunBudget budget)
{
    private readonly Dictionary<int, TaskUsage> _reservations = [];
    private HashSet<int>? _suspended;
    private TaskUsage _used = TaskUsage.None;
    private TaskUsage _reserved = TaskUsage.None;
    private int _attempts;

    public RunBudget Budget { get; private set; } = budget;

    /// <summary>Whether the time to start something is over.</summary>
    public bool IsTimeUp { get; set; }

    public void Extend(RunBudget budget)
    {
        Budget = budget;
        IsTimeUp = false;
    }

    /// <summary>Why an attempt cannot start now, or <see langword="null"/> when it can.</summary>
    /// <param name="expected">What it is expected to use.</param>
    /// <param name="isFinal">Whether it could not either if nothing were reserved for others.</param>
    public BudgetLimit? WhatForbids(TaskUsage expected, out bool isFinal)
    {
        isFinal = true;
        if (IsTimeUp)
        {
            return BudgetLimit.Time;
        }

        if (_attempts >= Budget.MaxAttempts)
        {
            return BudgetLimit.Attempts;
        }

        TaskUsage alone = _used.Add(expected);
        if (WhatIsExceeded(alone) is { } exceeded)
        {
            return exceeded;
        }

        isFinal = false;
        return WhatIsExceeded(alone.Add(_reserved));
    }

    /// <summary>Whether what a subtask is expected to use is reserved for its next attempt, which is to this budget a part of the one before.</summary>
    public bool IsSuspended(int subtask) => _suspended?.Contains(subtask) == true;

    /// <summary>An attempt has ended whose work is being done elsewhere: the reservation is that of the next, and both count as one.</summary>
    public void Suspend(int subtask) => (_suspended ??= []).Add(subtask);

    public void Reserve(int subtask, TaskUsage expected)
    {
        if (_suspended?.Remove(subtask) == true)
        {
            return;
        }

        _attempts++;
        if (expected != TaskUsage.None)
        {
            _reservations[subtask] = expected;
            _reserved = _reserved.Add(expected);
        }
    }

    public void Settle(int subtask, TaskUsage? used)
    {
        _suspended?.Remove(subtask);
        if (_reservations.Remove(subtask, out TaskUsage? reserved))
        {
            _reserved = new TaskUsage(_reserved.InputTokens - reserved.InputTokens, _reserved.OutputTokens - reserved.OutputTokens, _reserved.Cost - reserved.Cost);
        }

        if (used is not null)
        {
            Count(used);
        }
    }

    public void Count(TaskUsage used) => _used = _used.Add(used);

    /// <summary>A budget that is used up to the last token forbids also what is not expected to use any.</summary>
    private BudgetLimit? WhatIsExceeded(TaskUsage total) =>
        total.Tokens > Budget.MaxTokens || _used.Tokens >= Budget.MaxTokens ? BudgetLimit.Tokens
        : total.Cost > Budget.MaxCost || _used.Cost >= Budget.MaxCost ? BudgetLimit.Cost
        : null;
}
