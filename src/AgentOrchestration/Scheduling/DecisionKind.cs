namespace AgentOrchestration.Scheduling;

internal enum DecisionKind : byte
{
    /// <summary>Find out what the subtask's work is, and whether its result is cached; answer with <see cref="DispatchCore.Identified"/>.</summary>
    Identify,

    /// <summary>Start this attempt; it holds the lease until its code has returned.</summary>
    Start,

    /// <summary>Call <see cref="DispatchCore.RetryDue"/> at the given time.</summary>
    RetryLater,

    /// <summary>Tell all running attempts to stop.</summary>
    StopRunning,

    /// <summary>The run has ended.</summary>
    EndRun,
}
