namespace AgentOrchestration.Runs.State;

/// <summary>
/// The kinds of facts. Each has the name of its <see cref="RunEvent"/>; in a journal and in JSON the same name is in kebab case.
/// </summary>
internal enum RunFactKind : byte
{
    RunStarted,
    SubtasksAdded,
    PlanCompleted,
    ApprovalRequested,
    ApprovalDecided,
    StartHeld,
    AttemptStarted,
    AttemptTimedOut,
    AttemptAbandoned,
    AttemptInterrupted,
    AttemptFailed,
    AttemptConfirmed,
    OutputHeld,
    OutputDropped,
    AttemptDeferred,
    CallsSubmitted,
    AttemptDropped,
    UsageCounted,
    FlightJoined,
    WorkAvoided,
    SubtaskSucceeded,
    SubtaskFailed,
    SubtaskSkipped,
    SubtaskCancelRequested,
    SubtaskCancelled,
    BudgetExhausted,
    BudgetExtended,
    RunPaused,
    RunContinued,
    StopRequested,
    CompensationStarted,
    CompensationFailed,
    SubtaskCompensated,
    RunEnded,
}
