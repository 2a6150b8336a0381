using System.Text.Json.Serialization;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>One subtask of a run at one moment.</summary>
/// <param name="Subtask">The subtask as the plan has it, or as the run has added it.</param>
/// <param name="State">Where it stands.</param>
public sealed record SubtaskSnapshot(Subtask Subtask, SubtaskState State)
{
    /// <summary>The number of attempts started so far.</summary>
    public int Attempts => AttemptIntervals.Count;

    /// <summary>When its attempts ran, in their order.</summary>
    public IReadOnlyList<AttemptInterval> AttemptIntervals { get; init; } = [];

    /// <summary>The output, when it succeeded: an instance of the task type's output type.</summary>
    public object? Output { get; init; }

    /// <summary>Where the output came from, when it succeeded.</summary>
    public OutputOrigin Origin { get; init; }

    /// <summary>Why it failed, or why its latest attempt did.</summary>
    public SubtaskError? Error { get; init; }

    /// <summary>The id of the subtask that it was skipped for, when it was.</summary>
    public string? SkippedBecauseOf { get; init; }

    /// <summary>Why it was skipped, when it was.</summary>
    public SkipReason? SkipReason { get; init; }

    /// <summary>Whether it had to do without one of its optional inputs.</summary>
    public bool IsDegraded { get; init; }

    /// <summary>Whether an attempt of it was abandoned, because its code ignored that it was told to stop.</summary>
    public bool Abandoned { get; init; }

    /// <summary>What it waits for somebody to approve, while it does.</summary>
    public ApprovalRequested? PendingApproval { get; init; }

    /// <summary>What its attempts that have ended used.</summary>
    public TaskUsage Usage { get; init; } = TaskUsage.None;

    /// <summary>Whether its work was undone.</summary>
    public CompensationState Compensation { get; init; }

    /// <summary>Why its work could not be undone, when it could not.</summary>
    public SubtaskError? CompensationError { get; init; }

    /// <summary>The progress it reported last, from 0 to 1; <see langword="null"/> when it reported none.</summary>
    public double? Progress { get; init; }

    /// <summary>When its first attempt started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it reached its terminal state.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How long it took from the start of its first attempt to its end, pauses between attempts included.</summary>
    public TimeSpan? Duration => EndedAt - StartedAt;

    /// <summary>How long its attempts ran, without the pauses between them.</summary>
    public TimeSpan WorkTime => AttemptIntervals.Aggregate(TimeSpan.Zero, static (sum, span) => sum + span.Duration);

    /// <summary>The number of the fact that ended it; orders subtasks that ended at the same moment.</summary>
    [JsonIgnore]
    internal long EndedSequence { get; init; }

    /// <summary>When its next attempt may start, after one that failed.</summary>
    [JsonIgnore]
    internal DateTimeOffset? RetryAt { get; init; }

    /// <summary>The ids of the subtasks that it has added and waits for.</summary>
    [JsonIgnore]
    internal IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Groups of the ids of subtasks that it waits for because something that it depends on has added them.</summary>
    [JsonIgnore]
    internal IReadOnlyList<IReadOnlyList<string>> Awaited { get; init; } = [];
}
