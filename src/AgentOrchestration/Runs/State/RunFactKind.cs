namespace AgentOrchestration.Runs.State;

/// <summary>The kinds of facts; each has its <see cref="RunEvent"/>.</summary>
internal enum RunFactKind : byte
{
    RunStarted,
    SubtasksAdded,
    PlanCompleted,
    ApprovalRequested,
    ApprovalDecided,
    AttemptStarted,
    AttemptTimedOut,
    AttemptAbandoned,
    AttemptInterrupted,
    AttemptFailed,
    UsageCounted,
    SubtaskSucceeded,
    SubtaskFailed,
    SubtaskSkipped,
    SubtaskCancelRequested,
    SubtaskCancelled,
    BudgetExhausted,
    BudgetExtended,
    StopRequested,
    CompensationStarted,
    CompensationFailed,
    SubtaskCompensated,
    RunEnded,
}
