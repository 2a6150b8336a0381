namespace AgentOrchestration.Scheduling.Dispatch;

internal enum HostCommandKind : byte
{
    /// <summary>
    /// Find out what must be known before the subtask can wait for its turn: whether its condition holds, what is to be approved, what
    /// its work is and whether its result is cached, what it adds to the graph. Answer with <see cref="DispatchCore.Prepared"/>.
    /// </summary>
    Prepare,

    /// <summary>
    /// Find out whether work of a subtask that may start early has to be done, without its condition: what the work is and whether its result is cached. Answer with
    /// <see cref="DispatchCore.PreparedEarly"/>.
    /// </summary>
    PrepareEarly,

    /// <summary>Find out whether the condition holds of a subtask that has started early. Answer with <see cref="DispatchCore.ConditionChecked"/>.</summary>
    CheckCondition,

    /// <summary>The output of an early attempt counts now: keep it where the outputs of others are kept.</summary>
    KeepHeld,

    /// <summary>Make the output of a subtask of those that it added. Answer with <see cref="DispatchCore.Joined"/>.</summary>
    Join,

    /// <summary>Wait for the attempt of another run that the subtask has joined, then find out about it again. Answer with <see cref="DispatchCore.FlightEnded"/>.</summary>
    AwaitFlight,

    /// <summary>Ask the code of this attempt to stop.</summary>
    StopAttempt,

    /// <summary>Call <see cref="DispatchCore.AttemptDue"/> at the given time, unless the attempt has returned.</summary>
    WakeAttempt,

    /// <summary>Call <see cref="DispatchCore.Progressed"/> when the attempt first reports progress, text or a token of a model's answer.</summary>
    WatchProgress,

    /// <summary>Call <see cref="DispatchCore.RetryDue"/> at the given time.</summary>
    WakeRetry,

    /// <summary>Call <see cref="DispatchCore.RunDue"/> at the given time.</summary>
    WakeRun,

    /// <summary>
    /// Submit the deferred calls of a submission, whose number is that of the attempt, or find them at their endpoint when they were submitted before the run was resumed. Answer with
    /// <see cref="DispatchCore.Answered"/> when the endpoint has answered them, or never will.
    /// </summary>
    FollowCalls,

    /// <summary>Start to compensate a subtask. Answer with <see cref="DispatchCore.Compensated"/>.</summary>
    Compensate,

    /// <summary>Ask the code that compensates a subtask to stop.</summary>
    StopCompensation,

    /// <summary>Call <see cref="DispatchCore.CompensationDue"/> at the given time.</summary>
    WakeCompensation,

    /// <summary>The run has ended.</summary>
    EndRun,
}
