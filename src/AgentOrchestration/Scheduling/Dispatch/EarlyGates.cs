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

    /// <summary>A subtask that may start early does work of this identity; <see langword="null"/> when it cannot be shared.</summary>
    public void Identify(int subtask, string? identity)
    {
        if (identity is not null)
        {
            (_identities ??= [])[subtask] = identity;
        }
    }

    /// <summary>Whether an identical subtask does the work, or has done it.</summary>
    public bool IsDoneByOthers(int subtask) => _identities?.TryGetValue(subtask, out string? identity) == true && subtasks.IsWorkedOn(identity);

    /// <summary>Whether all that a subtask waits for has ended, and only its condition is left to be looked at.</summary>
    public bool IsOpening(int subtask) =>
        !context.State.IsPlanOpen
        && context.State.EarlyOf(subtask) is { ClosedBy: null, IsOutdated: false } early
        && context.State.IsWaitOver(subtask)
        && context.Waits.Of(subtask) == WaitReason.None
        && !(stops.TryGet(subtask, early.Attempt, out AttemptStop stop) && IsCancelled(stop));

    /// <summary>The gate of a subtask is open.</summary>
    public void Open(int subtask, long now, HostCommands commands)
    {
        EarlyAttempt early = context.State.EarlyOf(subtask)!;
        if (_identities?.Remove(subtask, out string? identity) == true)
        {
            subtasks.Claim(subtask, identity);
        }

        if (early.IsHeld)
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
        else
        {
            early.ClosedBy ??= cause;
            stops.Drop(subtask, now, commands);
        }
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
        if (early.ClosedBy is { } cause && stop is { IsDrop: true })
        {
            context.Waits.Leave(subtask);
            subtasks.Skip(subtask, cause, now);
        }
        else if (context.State.Stop is not null || (stop is { } asked && IsCancelled(asked)))
        {
            context.Waits.Leave(subtask);
            subtasks.Cancel(subtask, early.Attempt, now);
        }
        else if (stop is not null || early.IsOutdated || early.ClosedBy is not null || result.Error is not null || result.Growth is not null || result.IsGrowthRefused)
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
    /// <param name="stop">Why it had been asked to stop, if it had.</param>
    /// <param name="now">When.</param>
    public void EndInterrupted(int subtask, EarlyAttempt early, AttemptStop? stop, long now)
    {
        if (early.ClosedBy is { } cause)
        {
            subtasks.Skip(subtask, cause, now);
        }
        else if (context.State.Stop is not null || stop is { IsCancelled: true })
        {
            subtasks.Cancel(subtask, early.Attempt, now);
        }
        else
        {
            context.Record(new RunFact(RunFactKind.AttemptInterrupted, now, subtask, early.Attempt));
            AdmitIfReady(subtask);
        }
    }

    /// <summary>Whether code was asked to stop because its subtask was cancelled.</summary>
    private static bool IsCancelled(AttemptStop stop) => stop is { IsCancelled: true } or { Limit: null, IsDrop: false };

    private void Drop(int subtask, EarlyAttempt early, SubtaskError? error, long now)
    {
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
