using System.Text.Json.Serialization;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>Represents the state of one subtask of a run at one moment.</summary>
/// <param name="Subtask">The subtask as the plan has it, or as the run has added it.</param>
/// <param name="State">Its state.</param>
/// <example>
/// <code>
/// SubtaskSnapshot sales = run.GetSnapshot().Subtasks.First(subtask =&gt; subtask.Subtask.Id == "sales");
/// Console.WriteLine($"{sales.State} after {sales.Attempts} attempts and {sales.WorkTime}");
/// </code>
/// </example>
public sealed record SubtaskSnapshot(Subtask Subtask, SubtaskState State)
{
    /// <summary>Gets the number of attempts started so far.</summary>
    /// <value>At least 0.</value>
    public int Attempts => AttemptIntervals.Count;

    /// <summary>Gets the times at which attempts ran.</summary>
    /// <value>
    /// In their order. One that was not needed, because another was faster (<see cref="ExtraWork.HedgeShare"/>), may still run when the subtask has succeeded. The default value is empty.
    /// </value>
    public IReadOnlyList<AttemptInterval> AttemptIntervals { get; init; } = [];

    /// <summary>Gets the output of a subtask that succeeded.</summary>
    /// <value>An instance of the task type's output type; otherwise <see langword="null"/>.</value>
    public object? Output { get; init; }

    /// <summary>Gets the origin of the output of a subtask that succeeded.</summary>
    /// <value>The default value is <see cref="OutputOrigin.Executed"/>.</value>
    public OutputOrigin Origin { get; init; }

    /// <summary>Gets the error of the subtask, or of its latest attempt; also when its fallback took the place of the output.</summary>
    /// <value><see langword="null"/> when there is none.</value>
    public SubtaskError? Error { get; init; }

    /// <summary>Gets the id of the subtask that caused the skip.</summary>
    /// <value><see langword="null"/> when the subtask was not skipped.</value>
    public string? SkippedBecauseOf { get; init; }

    /// <summary>Gets the reason why the subtask was skipped.</summary>
    /// <value><see langword="null"/> when the subtask was not skipped.</value>
    public SkipReason? SkipReason { get; init; }

    /// <summary>Gets a value that indicates whether the subtask ran without one of its optional inputs.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool IsDegraded { get; init; }

    /// <summary>Gets a value that indicates whether an attempt was abandoned because its code ignored its cancellation.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Abandoned { get; init; }

    /// <summary>Gets the approval request that the subtask waits for.</summary>
    /// <value><see langword="null"/> when it waits for none.</value>
    public ApprovalRequested? PendingApproval { get; init; }

    /// <summary>Gets the usage of the attempts that have ended, and of answers of a batch endpoint that no code has taken.</summary>
    /// <value>The default value is <see cref="TaskUsage.None"/>.</value>
    public TaskUsage Usage { get; init; } = TaskUsage.None;

    /// <summary>Gets what is to be known of attempts that started early, or beside another (<see cref="RunOptions.Extra"/>).</summary>
    /// <value>The default value is <see langword="null"/>: no attempt did.</value>
    public ExtraAttempts? Extra { get; init; }

    /// <summary>Gets the part of <see cref="Usage"/> that answers of a batch endpoint used and that no code has taken.</summary>
    /// <value>The default value is <see cref="TaskUsage.None"/>.</value>
    public TaskUsage UnusedUsage { get; init; } = TaskUsage.None;

    /// <summary>Gets the usage of the attempt that made the output: here, or where the output comes from.</summary>
    /// <value>
    /// <see cref="TaskUsage.None"/> for an attempt that reported none. The default value is <see langword="null"/>: there is no output, it is made of those of
    /// other subtasks, it is a fallback, or nothing is recorded of its making.
    /// </value>
    public TaskUsage? OutputUsage { get; init; }

    /// <summary>Gets how long the attempt took that made the output: here, or where the output comes from.</summary>
    /// <value>The default value is <see langword="null"/>: as <see cref="OutputUsage"/>.</value>
    public TimeSpan? OutputDuration { get; init; }

    /// <summary>Gets the id of the identical subtask that made the output, when it was shared, or whose work failed for both.</summary>
    /// <value>The default value is <see langword="null"/>: the subtask did its own work, or none.</value>
    public string? SharedWith { get; init; }

    /// <summary>Gets how often the run was interrupted after the output was there: so often a run that is not durable would have made it again.</summary>
    /// <value>The default value is 0.</value>
    public int SurvivedInterruptions { get; init; }

    /// <summary>Gets the state of the compensation of the subtask's work.</summary>
    /// <value>The default value is <see cref="CompensationState.None"/>.</value>
    public CompensationState Compensation { get; init; }

    /// <summary>Gets the error of the compensation.</summary>
    /// <value><see langword="null"/> when there is none.</value>
    public SubtaskError? CompensationError { get; init; }

    /// <summary>Gets the latest progress reported.</summary>
    /// <value>From 0 to 1; <see langword="null"/> when none was reported.</value>
    public double? Progress { get; init; }

    /// <summary>Gets the time at which the first attempt started.</summary>
    /// <value><see langword="null"/> before that.</value>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Gets the time at which the subtask reached its terminal state.</summary>
    /// <value><see langword="null"/> before that.</value>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets the time from the start of the first attempt to the end of the subtask, including pauses between attempts.</summary>
    /// <value><see langword="null"/> before the end, and without an attempt.</value>
    public TimeSpan? Duration => EndedAt - StartedAt;

    /// <summary>Gets the time in which attempts ran that have ended, without the pauses between them. Where two ran beside each other, the time counts once.</summary>
    /// <value>At least zero.</value>
    public TimeSpan WorkTime => WorkTimeIn(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);

    /// <summary>Returns the part of <see cref="WorkTime"/> between two moments.</summary>
    internal TimeSpan WorkTimeIn(DateTimeOffset from, DateTimeOffset until) => AttemptInterval.TimeOf(AttemptIntervals, from, until);

    /// <summary>When the attempt started that runs; of two the older one.</summary>
    [JsonIgnore]
    internal DateTimeOffset? RunningSince => Hedges.Count == 0
        ? AttemptIntervals is [.., var last] ? last.StartedAt : null
        : AttemptIntervals.Where(static span => span.EndedAt is null).Select(static span => (DateTimeOffset?)span.StartedAt).FirstOrDefault() ?? AttemptIntervals[^1].StartedAt;

    /// <summary>The number of the attempt that runs; of two the older one; 0 when none runs.</summary>
    [JsonIgnore]
    internal int RunningAttempt => Hedges.Count == 0 ? State == SubtaskState.Running ? Attempts : 0
        : AttemptIntervals.Index().Where(static attempt => attempt.Item.EndedAt is null).Select(static attempt => attempt.Index + 1).FirstOrDefault();

    /// <summary>The number of attempts that run.</summary>
    [JsonIgnore]
    internal int RunningAttempts => Hedges.Count == 0 ? State == SubtaskState.Running ? 1 : 0 : AttemptIntervals.Count(static span => span.EndedAt is null);

    /// <summary>The attempts that ran beside each other.</summary>
    [JsonIgnore]
    internal IReadOnlyList<HedgedPair> Hedges => Extra?.Hedges ?? [];

    /// <summary>The id of the identical subtask whose work failed for both.</summary>
    [JsonIgnore]
    internal string? FailedWith => State == SubtaskState.Failed || Origin == OutputOrigin.Fallback ? SharedWith : null;

    /// <summary>Whether its latest attempt started early, and it is not decided whether it counts.</summary>
    [JsonIgnore]
    internal bool IsEarly => Extra is { StartedEarly: true };

    /// <summary>The number of the fact that ended it; orders subtasks that ended at the same moment.</summary>
    [JsonIgnore]
    internal long EndedSequence { get; init; }

    /// <summary>What its latest attempt has used; <see langword="null"/> when it has reported nothing.</summary>
    [JsonIgnore]
    internal TaskUsage? LatestUsage { get; init; }

    /// <summary>The work that was done before, when its output was found.</summary>
    [JsonIgnore]
    internal WorkAvoided? Avoided { get; init; }

    /// <summary>The attempt of another run that it waits for.</summary>
    [JsonIgnore]
    internal FlightJoined? Flight { get; init; }

    /// <summary>When its next attempt may start, after one that failed.</summary>
    [JsonIgnore]
    internal DateTimeOffset? RetryAt { get; init; }

    /// <summary>Until when its start is, or was, held at most.</summary>
    internal DateTimeOffset? HeldUntil { get; init; }

    /// <summary>Why its start is, or was, held.</summary>
    internal HoldReason HeldFor { get; init; }

    /// <summary>Until when it waits at most for answers of a batch endpoint.</summary>
    [JsonIgnore]
    internal DateTimeOffset? DeferredUntil { get; init; }

    /// <summary>The ids of the subtasks that it has added and waits for.</summary>
    [JsonIgnore]
    internal IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Groups of the ids of subtasks that it waits for because something that it depends on has added them.</summary>
    [JsonIgnore]
    internal IReadOnlyList<IReadOnlyList<string>> Awaited { get; init; } = [];
}
