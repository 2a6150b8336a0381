namespace AgentOrchestration.Runs;

/// <summary>The kinds of facts; each has its <see cref="RunEvent"/>.</summary>
internal enum RunFactKind : byte
{
    RunStarted,
    AttemptStarted,
    AttemptFailed,
    ProgressReported,
    SubtaskSucceeded,
    SubtaskFailed,
    SubtaskSkipped,
    SubtaskCancelled,
    CancelRequested,
    RunEnded,
}
