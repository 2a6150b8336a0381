using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>One fact about a run, recorded once. The state of a run is the fold of its events.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RunStarted), "run-started")]
[JsonDerivedType(typeof(AttemptStarted), "attempt-started")]
[JsonDerivedType(typeof(AttemptFailed), "attempt-failed")]
[JsonDerivedType(typeof(ProgressReported), "progress-reported")]
[JsonDerivedType(typeof(SubtaskSucceeded), "subtask-succeeded")]
[JsonDerivedType(typeof(SubtaskFailed), "subtask-failed")]
[JsonDerivedType(typeof(SubtaskSkipped), "subtask-skipped")]
[JsonDerivedType(typeof(SubtaskCancelled), "subtask-cancelled")]
[JsonDerivedType(typeof(CancelRequested), "cancel-requested")]
[JsonDerivedType(typeof(RunEnded), "run-ended")]
public abstract record RunEvent
{
    private protected RunEvent()
    {
    }

    /// <summary>The place of the event in its run, from 0, without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset Time { get; init; }
}
