namespace AgentOrchestration.Scheduling;

/// <summary>Why a ready subtask does not run yet. Whatever the reason, it holds nothing.</summary>
internal enum WaitReason : byte
{
    None,

    /// <summary>The host finds out what its work is.</summary>
    Identity,

    /// <summary>Its turn, or resources.</summary>
    Turn,

    /// <summary>An identical subtask that does the same work now.</summary>
    Twin,

    /// <summary>The pause before its next attempt.</summary>
    Retry,
}
