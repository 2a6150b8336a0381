using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Stops the run before its work is done: it is cancelled, its time or its budget is up, or something that it cannot do without has failed.</summary>
internal sealed class RunStops(DispatchContext context, SubtaskOutcomes subtasks, AttemptStops attempts, BudgetGate budget, EarlyGates gates, Admission admission)
{
    private long _timeIsUpAt = long.MaxValue;

    /// <summary>Whether the run, or its plan, has not come to its end.</summary>
    public bool IsGoing => !context.State.IsEnded && (context.State.Open > 0 || context.State.IsPlanOpen);

    /// <summary>The run starts, or continues.</summary>
    public void Begin(HostCommands commands)
    {
        _timeIsUpAt = NextEndOfTime();
        commands.WakeRunAt(OwnEnd);
        commands.WakeRunAt(context.Options.Deadline?.At);
        commands.WakeRunAt(budget.WakesAt);
    }

    public bool IsTimeUp(long now) => now >= _timeIsUpAt;

    /// <summary>
    /// Time that is over begins nothing: before anything starts, and not only when the host reports that it is time, because a process that
    /// was suspended, or a run without a driver, does so late.
    /// </summary>
    public void EndTime(long now, HostCommands commands)
    {
        _timeIsUpAt = long.MaxValue;
        if (!IsGoing)
        {
            return;
        }

        InheritedDeadline? deadline = context.Options.Deadline;
        if (now >= OwnEnd || now >= deadline?.At)
        {
            Stop(StopReason.Timeout, cause: null, now, commands, OwnEnd <= deadline?.At ? null : deadline?.Of);
            return;
        }

        budget.EndTime();
        _timeIsUpAt = NextEndOfTime();
        Exhaust(BudgetLimit.Time, now, commands);
    }

    /// <summary>The run gets another budget.</summary>
    /// <returns>Whether it counted.</returns>
    public bool ExtendBudget(RunBudget more, long now, HostCommands commands)
    {
        if (!budget.Extend(more, now))
        {
            return false;
        }

        _timeIsUpAt = NextEndOfTime();
        commands.WakeRunAt(budget.WakesAt);
        budget.EndAsking();
        return true;
    }

    /// <summary>Stops the run: what runs is asked to stop, and nothing else starts.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="cause">Why what has not started is skipped; <see langword="null"/> when it is cancelled.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What to do.</param>
    /// <param name="deadlineOf">Whose deadline has come, if it is not the run's own.</param>
    public void Stop(StopReason reason, SkipCause? cause, long now, HostCommands commands, string? deadlineOf = null)
    {
        if (context.State.Stop is not null || context.State.IsEnded)
        {
            return;
        }

        context.Record(new RunFact(RunFactKind.StopRequested, now, detail: (byte)reason, payload: deadlineOf));
        budget.EndAsking();
        context.Waits.Clear();
        context.Consequences.Ready.Clear();
        if (cause is not null)
        {
            admission.FailWithParts(now);
        }

        for (int subtask = 0; subtask < context.Graph.Count; subtask++)
        {
            if (context.State.StateOf(subtask) == SubtaskState.Running)
            {
                if (cause is not null && context.State.EarlyOf(subtask) is not null)
                {
                    gates.Stop(subtask, CauseFor(subtask, cause), now, commands);
                }
                else
                {
                    attempts.BeginAll(subtask, now, commands);
                }
            }
            else if (context.State.IsOpen(subtask))
            {
                EndUnstarted(subtask, cause, now);
            }
        }
    }

    /// <summary>Nothing can start within a limit of the budget any more: follows the action of the budget.</summary>
    public void Exhaust(BudgetLimit limit, long now, HostCommands commands)
    {
        switch (budget.Exhaust(limit, now))
        {
            case null or BudgetAction.Ask:
                break;
            case BudgetAction.Stop:
                Stop(StopReason.Budget, BudgetGate.Cause, now, commands);
                break;
            default:
                SkipUnstarted(now, commands);
                break;
        }
    }

    /// <summary>What runs continues to its end; nothing else starts.</summary>
    private void SkipUnstarted(long now, HostCommands commands)
    {
        for (int subtask = 0; subtask < context.Graph.Count; subtask++)
        {
            if (context.State.StateOf(subtask) is SubtaskState.Ready or SubtaskState.Pending && !admission.WaitsForParts(subtask) && !budget.IsSuspended(subtask))
            {
                context.Waits.Leave(subtask);
                subtasks.Skip(subtask, CauseFor(subtask, BudgetGate.Cause), now);
            }
            else if (context.State.StateOf(subtask) == SubtaskState.Running && context.State.EarlyOf(subtask) is not null)
            {
                context.Waits.Leave(subtask);
                gates.Close(subtask, CauseFor(subtask, BudgetGate.Cause), now, commands);
            }
        }
    }

    private void EndUnstarted(int subtask, SkipCause? cause, long now)
    {
        if (cause is null)
        {
            subtasks.Cancel(subtask, attempt: 0, now);
        }
        else
        {
            subtasks.Skip(subtask, CauseFor(subtask, cause), now);
        }
    }

    private static SkipCause CauseFor(int subtask, SkipCause cause) => cause.Reason == SkipReason.Budget ? cause with { Subtask = subtask } : cause;

    /// <summary>When the time of the run, or that of its budget, is up; <see cref="long.MaxValue"/> for never.</summary>
    private long NextEndOfTime() => Math.Min(Math.Min(OwnEnd ?? long.MaxValue, context.Options.Deadline?.At ?? long.MaxValue), budget.TimeIsUpAt);

    /// <summary>When the run's own time is up; <see langword="null"/> for never.</summary>
    private long? OwnEnd => context.StartedAt + context.Options.Timeout?.Ticks;
}
