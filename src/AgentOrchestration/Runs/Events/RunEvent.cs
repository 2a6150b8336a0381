using System.Text.Json.Serialization;
using AgentOrchestration.Runs.Events;

namespace AgentOrchestration;

/// <summary>Represents one fact about a run, recorded once, or a <see cref="SubtaskTick"/>. The state of a run is the fold of its facts.</summary>
/// <example>
/// <code>
/// await foreach (RunEvent next in run.WatchAsync(cancellationToken))
/// {
///     Console.WriteLine(next switch
///     {
///         SubtaskSucceeded succeeded =&gt; $"{succeeded.SubtaskId} succeeded",
///         AttemptFailed failed =&gt; $"{failed.SubtaskId} failed: {failed.Error.Message}",
///         _ =&gt; next.ToString(),
///     });
/// }
/// </code>
/// </example>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RunStarted), "run-started")]
[JsonDerivedType(typeof(PlanExtended), "plan-extended")]
[JsonDerivedType(typeof(PlanCompleted), "plan-completed")]
[JsonDerivedType(typeof(SubtasksAdded), "subtasks-added")]
[JsonDerivedType(typeof(ApprovalRequested), "approval-requested")]
[JsonDerivedType(typeof(ApprovalDecided), "approval-decided")]
[JsonDerivedType(typeof(StartHeld), "start-held")]
[JsonDerivedType(typeof(AttemptStarted), "attempt-started")]
[JsonDerivedType(typeof(AttemptTimedOut), "attempt-timed-out")]
[JsonDerivedType(typeof(AttemptAbandoned), "attempt-abandoned")]
[JsonDerivedType(typeof(AttemptInterrupted), "attempt-interrupted")]
[JsonDerivedType(typeof(AttemptFailed), "attempt-failed")]
[JsonDerivedType(typeof(AttemptConfirmed), "attempt-confirmed")]
[JsonDerivedType(typeof(OutputHeld), "output-held")]
[JsonDerivedType(typeof(OutputDropped), "output-dropped")]
[JsonDerivedType(typeof(AttemptDeferred), "attempt-deferred")]
[JsonDerivedType(typeof(CallsSubmitted), "calls-submitted")]
[JsonDerivedType(typeof(AttemptDropped), "attempt-dropped")]
[JsonDerivedType(typeof(UsageCounted), "usage-counted")]
[JsonDerivedType(typeof(FlightJoined), "flight-joined")]
[JsonDerivedType(typeof(WorkAvoided), "work-avoided")]
[JsonDerivedType(typeof(ProgressReported), "progress-reported")]
[JsonDerivedType(typeof(TextStreamed), "text-streamed")]
[JsonDerivedType(typeof(TicksLost), "ticks-lost")]
[JsonDerivedType(typeof(SubtaskSucceeded), "subtask-succeeded")]
[JsonDerivedType(typeof(SubtaskFailed), "subtask-failed")]
[JsonDerivedType(typeof(SubtaskSkipped), "subtask-skipped")]
[JsonDerivedType(typeof(SubtaskCancelRequested), "subtask-cancel-requested")]
[JsonDerivedType(typeof(SubtaskCancelled), "subtask-cancelled")]
[JsonDerivedType(typeof(BudgetExhausted), "budget-exhausted")]
[JsonDerivedType(typeof(BudgetExtended), "budget-extended")]
[JsonDerivedType(typeof(RunPaused), "run-paused")]
[JsonDerivedType(typeof(RunContinued), "run-continued")]
[JsonDerivedType(typeof(StopRequested), "stop-requested")]
[JsonDerivedType(typeof(CompensationStarted), "compensation-started")]
[JsonDerivedType(typeof(CompensationFailed), "compensation-failed")]
[JsonDerivedType(typeof(SubtaskCompensated), "subtask-compensated")]
[JsonDerivedType(typeof(RunEnded), "run-ended")]
public abstract record RunEvent
{
    private protected RunEvent()
    {
    }

    /// <summary>Gets the position of the fact in its run.</summary>
    /// <value>From 0, without gaps. A tick has the position of the fact before it.</value>
    public required long Sequence { get; init; }

    /// <summary>Gets the time of the event.</summary>
    /// <value>By the clock of the process that drives the run.</value>
    public required DateTimeOffset Time { get; init; }
}
