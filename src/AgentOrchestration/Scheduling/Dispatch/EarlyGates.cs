using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// What becomes of attempts that started early. Their output is held beside the graph; when the gate of the subtask opens it succeeds with it, or the attempt
/// that still runs is one like others; when it closes, the subtask ends as it would have without. A failure is no failure of the subtask: it does its work when it is ready.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="subtasks">Ends subtasks.</param>
/// <param name="stops">The attempts that were asked to stop.</param>
internal sealed class EarlyGates(DispatchContext context, SubtaskOutcomes subtasks, AttemptStops stops)
{
    // Of those that may start early, or have: equal for equal work.
    private Dictionary<int, string>? _identities;

    // Of those that have started early: who does the work of each identity. One that was dropped, or has come to use, counts no longer.
    private Dictionary<string, int>? _workers;

    /// <summary>A subtask that may start early does work of this identity; <see langword="null"/> when it cannot be shared.</summary>
    public void Identify(int subtask, string? identity)
    {
        if (identity is not null)
        {
            (_identities ??= [])[subtask] = identity;
        }
    }

    /// <summary>Whether an identical subtask does the work, also early, or has done it.</summary>
    public bool IsDoneByOthers(int subtask) =>
        _identities?.TryGetValue(subtask, out string? identity) == true
        && (subtasks.IsWorkedOn(identity) || (_workers?.TryGetValue(identity, out int worker) == true && context.State.EarlyOf(worker) is not null));

    /// <summary>Whether all that a subtask waits for has ended, and only its condition is left to be looked at.</summary>
    public bool IsOpening(int subtask) =>
        !context.State.IsPlanOpen
        && context.State.Stop is null
        && context.State.EarlyOf(subtask) is { ClosedBy: null, IsOutdated: false } early
        && context.State.IsWaitOver(subtask)
        && context.Waits.Of(subtask) == WaitReason.None
        && !stops.Contains(subtask, early.Attempt);

    /// <summary>An attempt has started early: it does its work for identical subtasks too, unless it is dropped.</summary>
    public void Begin(int subtask)
    {
        if (_identities?.TryGetValue(subtask, out string? identity) == true)
        {
            (_workers ??= new(StringComparer.Ordinal))[identity] = subtask;
        }
    }

    /// <summary>The gate of a subtask is open. Code that was asked to stop does not count; when it has stopped, the work is done again.</summary>
    public void Open(int subtask, long now, HostCommands commands)
    {
        EarlyAttempt early = context.State.EarlyOf(subtask)!;
        if (stops.Contains(subtask, early.Attempt))
        {
            return;
        }

        if (_identities?.Remove(subtask, out string? identity) == true && !subtasks.TryTakeOver(subtask, identity))
        {
            // Another does the work, or has done it, and without early starts this one would take the output of that.
            GiveUp(subtask, now, commands);
        }
        else if (early.IsHeld)
        {
            commands.Add(new HostCommand(HostCommandKind.KeepHeld, subtask) { Attempt = early.Attempt });
            subtasks.Succeed(subtask, early, now);
        }
        else
        {
            context.Record(new RunFact(RunFactKind.AttemptConfirmed, now, subtask, early.Attempt));
        }
    }

    /// <summary>The gate of a subtask is closed: it is skipped, as soon as code that runs has stopped.</summary>
    public void Close(int subtask, SkipCause cause, long now, HostCommands commands)
    {
        EarlyAttempt early = context.State.EarlyOf(subtask)!;
        if (early.IsHeld)
        {
            subtasks.Skip(subtask, cause, now);
        }
        else if (context.State.MayClose(subtask))
        {
            early.ClosedBy ??= cause;
            stops.Drop(subtask, now, commands);
        }
    }

    /// <summary>The run stops for a reason for which what has not started is skipped: so is what runs early, unless it was cancelled before, as soon as it has stopped.</summary>
    public void Stop(int subtask, SkipCause cause, long now, HostCommands commands)
    {
        EarlyAttempt early = context.State.EarlyOf(subtask)!;
        if (!early.IsCancelled)
        {
            early.ClosedBy ??= cause;
        }

        stops.Drop(subtask, now, commands);
    }

    /// <summary>What the early attempt of a subtask did, or does, is not to be used; the subtask does its work when it is ready.</summary>
    public void GiveUp(int subtask, long now, HostCommands commands)
    {
        if (context.State.EarlyOf(subtask) is not { } early)
        {
            return;
        }

        context.Waits.Leave(subtask);
        if (early.IsHeld)
        {
            Drop(subtask, early, error: null, now);
        }
        else
        {
            early.IsOutdated = true;
            stops.Drop(subtask, now, commands);
        }
    }

    /// <summary>The code of an early attempt has returned, or is no longer waited for.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="early">The attempt.</param>
    /// <param name="stop">Why it had been asked to stop, if it had.</param>
    /// <param name="result">What it has returned.</param>
    /// <param name="now">When.</param>
    public void End(int subtask, EarlyAttempt early, AttemptStop? stop, in AttemptResult result, long now)
    {
        if (early.ClosedBy is { } cause)
        {
            context.Waits.Leave(subtask);
            subtasks.Skip(subtask, cause, now);
        }
        else if (context.State.Stop is not null || early.IsCancelled)
        {
            context.Waits.Leave(subtask);
            subtasks.Cancel(subtask, early.Attempt, now);
        }
        else if (stop is not null || early.IsOutdated || result.Error is not null || result.Growth is not null || result.IsGrowthRefused)
        {
            Drop(subtask, early, result.Error, now);
        }
        else
        {
            context.Record(new RunFact(RunFactKind.OutputHeld, now, subtask, early.Attempt, payload: result.Output));
            AdmitIfReady(subtask);
        }
    }

    /// <summary>The process of an early attempt has ended.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="early">The attempt.</param>
    /// <param name="now">When.</param>
    public void EndInterrupted(int subtask, EarlyAttempt early, long now)
    {
        if ((early.ClosedBy ?? (early.IsCancelled ? null : CauseOfStop(subtask))) is { } cause)
        {
            subtasks.Skip(subtask, cause, now);
        }
        else if (context.State.Stop is not null || early.IsCancelled)
        {
            subtasks.Cancel(subtask, early.Attempt, now);
        }
        else
        {
            context.Record(new RunFact(RunFactKind.AttemptInterrupted, now, subtask, early.Attempt));
            AdmitIfReady(subtask);
        }
    }

    /// <summary>Why what has not started is skipped because the run stops, as its facts have it; <see langword="null"/> when the run does not, or it is cancelled.</summary>
    private SkipCause? CauseOfStop(int subtask)
    {
        switch (context.State.Stop)
        {
            case StopReason.Budget:
                return BudgetGate.Cause with { Subtask = subtask };
            case StopReason.Failure:
                RunHistory facts = context.State.History;
                int failure = Enumerable.Range(0, facts.Count)
                    .FirstOrDefault(index => facts[index].Kind == RunFactKind.SubtaskFailed && !context.State.CanDoWithout(facts[index].Subtask), -1);
                return new SkipCause(failure < 0 ? subtask : facts[failure].Subtask, SkipReason.RunStopped);
            default:
                return null;
        }
    }

    private void Drop(int subtask, EarlyAttempt early, SubtaskError? error, long now)
    {
        // The answer about its condition, if one is on its way, was for this attempt.
        context.Waits.End(subtask, WaitReason.Condition);
        context.Record(new RunFact(RunFactKind.OutputDropped, now, subtask, early.Attempt, payload: error));
        AdmitIfReady(subtask);
    }

    private void AdmitIfReady(int subtask)
    {
        if (context.State.StateOf(subtask) == SubtaskState.Ready && context.Waits.Of(subtask) == WaitReason.None)
        {
            context.Consequences.Ready.Enqueue(subtask);
        }
    }
}
