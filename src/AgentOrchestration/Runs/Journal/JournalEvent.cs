using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Journal;

/// <summary>
/// A fact as it stands in a journal. The kinds are a closed table of fixed names, one record each, so that what belongs to no kind, or is
/// missing in one, is refused.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Started), "run-started")]
[JsonDerivedType(typeof(Added), "subtasks-added")]
[JsonDerivedType(typeof(ApprovalAsked), "approval-requested")]
[JsonDerivedType(typeof(ApprovalGiven), "approval-decided")]
[JsonDerivedType(typeof(AttemptBegan), "attempt-started")]
[JsonDerivedType(typeof(AttemptLate), "attempt-timed-out")]
[JsonDerivedType(typeof(AttemptGivenUp), "attempt-abandoned")]
[JsonDerivedType(typeof(AttemptBroken), "attempt-interrupted")]
[JsonDerivedType(typeof(AttemptFailing), "attempt-failed")]
[JsonDerivedType(typeof(Usage), "usage-counted")]
[JsonDerivedType(typeof(Succeeded), "subtask-succeeded")]
[JsonDerivedType(typeof(SucceededLarge), "subtask-succeeded-large")]
[JsonDerivedType(typeof(Shared), "subtask-shared")]
[JsonDerivedType(typeof(Failed), "subtask-failed")]
[JsonDerivedType(typeof(Skipped), "subtask-skipped")]
[JsonDerivedType(typeof(CancelAsked), "subtask-cancel-requested")]
[JsonDerivedType(typeof(Cancelled), "subtask-cancelled")]
[JsonDerivedType(typeof(BudgetSpent), "budget-exhausted")]
[JsonDerivedType(typeof(BudgetRaised), "budget-extended")]
[JsonDerivedType(typeof(Stopping), "stop-requested")]
[JsonDerivedType(typeof(Undoing), "compensation-started")]
[JsonDerivedType(typeof(UndoingFailed), "compensation-failed")]
[JsonDerivedType(typeof(Undone), "subtask-compensated")]
[JsonDerivedType(typeof(Ended), "run-ended")]
internal abstract record JournalEvent
{
    /// <summary>The form that this version writes and reads.</summary>
    public const int CurrentVersion = 1;

    private JournalEvent()
    {
    }

    [JsonPropertyName("v")]
    public required int Version { get; init; }

    /// <summary>When, in UTC ticks.</summary>
    public required long At { get; init; }

    public sealed record Started : JournalEvent;

    /// <summary>The plan as it was added: without the id of the subtask that added it in front of its ids.</summary>
    public sealed record Added : JournalEvent
    {
        public required int Subtask { get; init; }

        public required TaskPlan Plan { get; init; }

        public required bool Joined { get; init; }

        public required IReadOnlyDictionary<string, int> TaskTypes { get; init; }
    }

    public sealed record ApprovalAsked : JournalEvent
    {
        public required int Subtask { get; init; }

        public required string Fingerprint { get; init; }

        public required JsonElement Arguments { get; init; }
    }

    public sealed record ApprovalGiven : JournalEvent
    {
        public required int Subtask { get; init; }

        public required bool Approved { get; init; }

        public string? By { get; init; }

        public string? Reason { get; init; }
    }

    public sealed record AttemptBegan : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }
    }

    public sealed record AttemptLate : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }

        [JsonConverter(typeof(EnumNames<TimeLimit>))]
        public required TimeLimit Limit { get; init; }
    }

    public sealed record AttemptGivenUp : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }
    }

    public sealed record AttemptBroken : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }
    }

    public sealed record AttemptFailing : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }

        public required SubtaskError Error { get; init; }

        public required long RetryAt { get; init; }
    }

    public sealed record Usage : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }

        public required long InputTokens { get; init; }

        public required long OutputTokens { get; init; }

        public required decimal Cost { get; init; }

        public TaskUsage ToUsage() => new(InputTokens, OutputTokens, Cost);
    }

    public sealed record Succeeded : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }

        /// <summary>Where the output comes from; not written when an attempt has made it, as nearly always.</summary>
        [JsonConverter(typeof(EnumNames<OutputOrigin>))]
        public OutputOrigin? Origin { get; init; }

        [JsonConverter(typeof(OutputConverter))]
        public required JsonElement Output { get; init; }
    }

    /// <summary>As <see cref="Succeeded"/>, with the output in a blob.</summary>
    public sealed record SucceededLarge : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }

        /// <summary>Where the output comes from; not written when an attempt has made it, as nearly always.</summary>
        [JsonConverter(typeof(EnumNames<OutputOrigin>))]
        public OutputOrigin? Origin { get; init; }

        public required string Blob { get; init; }
    }

    /// <summary>It has the output of an identical subtask.</summary>
    public sealed record Shared : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int With { get; init; }
    }

    public sealed record Failed : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }

        public required SubtaskError Error { get; init; }
    }

    public sealed record Skipped : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Cause { get; init; }

        [JsonConverter(typeof(EnumNames<SkipReason>))]
        public required SkipReason Reason { get; init; }
    }

    public sealed record CancelAsked : JournalEvent
    {
        public required int Subtask { get; init; }
    }

    public sealed record Cancelled : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }
    }

    public sealed record BudgetSpent : JournalEvent
    {
        [JsonConverter(typeof(EnumNames<BudgetLimit>))]
        public required BudgetLimit Limit { get; init; }
    }

    public sealed record BudgetRaised : JournalEvent
    {
        public required BudgetDocument Budget { get; init; }
    }

    public sealed record Stopping : JournalEvent
    {
        [JsonConverter(typeof(EnumNames<StopReason>))]
        public required StopReason Reason { get; init; }
    }

    public sealed record Undoing : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }
    }

    public sealed record UndoingFailed : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }

        public required SubtaskError Error { get; init; }

        /// <summary>When it is tried again, in UTC ticks; 0 when it is not.</summary>
        public required long RetryAt { get; init; }
    }

    public sealed record Undone : JournalEvent
    {
        public required int Subtask { get; init; }

        public required int Attempt { get; init; }
    }

    public sealed record Ended : JournalEvent
    {
        [JsonConverter(typeof(EnumNames<RunOutcome>))]
        public required RunOutcome Outcome { get; init; }
    }
}
