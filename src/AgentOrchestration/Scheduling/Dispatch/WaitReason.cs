namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Why a ready subtask does not run yet. Whatever the reason, it holds nothing.</summary>
internal enum WaitReason : byte
{
    None,

    /// <summary>The host finds out about it.</summary>
    Preparation,

    /// <summary>The host looks at the condition of one of which an attempt has started early.</summary>
    Condition,

    /// <summary>An approval.</summary>
    Approval,

    /// <summary>Its turn, or resources, or the run's budget.</summary>
    Turn,

    /// <summary>An identical subtask that does the same work now.</summary>
    Duplicate,

    /// <summary>The pause before its next attempt.</summary>
    Retry,

    /// <summary>The end of the plan, because it changes something outside.</summary>
    Plan,

    /// <summary>The host makes its output of those that it added.</summary>
    Join,

    /// <summary>The first progress of another that has the same long prompt.</summary>
    Opener,

    /// <summary>The others of its part of a batch that has failed.</summary>
    Batch,

    /// <summary>An attempt of another run that does the same work now.</summary>
    Flight,

    /// <summary>Answers of calls that were deferred.</summary>
    DeferredCalls,
}
