using System.Runtime.CompilerServices;
using System.Text.Json;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;
using Field = AgentOrchestration.Runs.Journal.JournalFields;

namespace AgentOrchestration.Runs.Journal;

/// <summary>
/// The kinds of lines: one row for each kind of fact, and five for an output. <see cref="RunFactKind.PlanCompleted"/> has none: a plan that is
/// still being written is not executed durably.
/// </summary>
internal static class JournalKinds
{
    public static IReadOnlyList<JournalKind> All => Rows;

    private static readonly JournalKind[] Rows =
    [
        new("run-started", RunFactKind.RunStarted, RunFactRules.Always),
        new("subtasks-added", RunFactKind.SubtasksAdded, RunFactRules.Always, Field.Subtask, Field.Plan, Field.Joined, Field.TaskTypes)
        {
            Payload = static (in line) => new AddedPlan(line.Plan!, line.IsJoined, line.TaskTypes!),
        },
        new("approval-requested", RunFactKind.ApprovalRequested, RunFactRules.WhenReady, Field.Subtask, Field.Fingerprint, Field.Arguments)
        {
            Payload = static (in line) => new ApprovalQuestion(line.Fingerprint!, line.Json),
        },
        new("approval-decided", RunFactKind.ApprovalDecided, RunFactRules.WhenReady, Field.Subtask, Field.Approved, Field.By, Field.Reason)
        {
            Payload = static (in line) => new ApprovalAnswer(line.By, line.Reason),
        },
        new("start-held", RunFactKind.StartHeld, RunFactRules.WhenReady, Field.Subtask, Field.HoldReason, Field.Until)
        {
            Payload = static (in line) => new StartHold(line.RetryAt),
        },
        new("attempt-started", RunFactKind.AttemptStarted, RunFactRules.WhenNextAttempt, Field.Subtask, Field.Attempt, Field.Batch, Field.HedgeOf, Field.Early)
        {
            Payload = static (in line) => line.HedgeOf > 0 ? new HedgeMark(line.HedgeOf) : line.Other == 0 ? null : new BatchMark(line.Other),
        },
        new("attempt-timed-out", RunFactKind.AttemptTimedOut, RunFactRules.WhileAttemptRuns, Field.Subtask, Field.Attempt, Field.TimeLimit),
        new("attempt-abandoned", RunFactKind.AttemptAbandoned, RunFactRules.WhileAwaited, Field.Subtask, Field.Attempt),
        new("attempt-interrupted", RunFactKind.AttemptInterrupted, RunFactRules.WhileAttemptRuns, Field.Subtask, Field.Attempt),
        new("attempt-failed", RunFactKind.AttemptFailed, RunFactRules.WhileAttemptRuns, Field.Subtask, Field.Attempt, Field.Error, Field.RetryAt, Field.BatchBroken)
        {
            Payload = static (in line) => new AttemptRetry(line.Error!, line.RetryAt),
        },
        new("attempt-dropped", RunFactKind.AttemptDropped, RunFactRules.WhenBeside, Field.Subtask, Field.Attempt, Field.ErrorIfAny)
        {
            Payload = static (in line) => line.Error,
        },
        new("attempt-confirmed", RunFactKind.AttemptConfirmed, RunFactRules.WhileEarlyAttemptRuns, Field.Subtask, Field.Attempt),
        new("output-held", RunFactKind.OutputHeld, RunFactRules.WhileEarlyAttemptRuns, Field.Subtask, Field.Attempt, Field.Output)
        {
            Holds = static payload => payload is StoredOutput { Blob: null },
            Payload = static (in line) => new StoredOutput(line.Json),
        },
        new("output-held-large", RunFactKind.OutputHeld, RunFactRules.WhileEarlyAttemptRuns, Field.Subtask, Field.Attempt, Field.Blob)
        {
            Holds = static payload => payload is StoredOutput { Blob: not null },
            Payload = static (in line) => new StoredOutput(line.Blob!),
        },
        new("output-dropped", RunFactKind.OutputDropped, RunFactRules.WhileEarly, Field.Subtask, Field.Attempt, Field.ErrorIfAny)
        {
            Payload = static (in line) => line.Error,
        },
        new("attempt-deferred", RunFactKind.AttemptDeferred, RunFactRules.WhileAttemptRuns, Field.Subtask, Field.Attempt, Field.DeferredTo, Field.DeferredUntil)
        {
            Payload = static (in line) => new DeferredAttempt(line.Other, line.RetryAt),
        },
        new("calls-submitted", RunFactKind.CallsSubmitted, RunFactRules.Always, Field.Submission, Field.Endpoint, Field.BatchId)
        {
            Payload = static (in line) => new SubmittedCalls(line.Other, line.Endpoint!, line.BatchId!),
        },
        new("usage-counted", RunFactKind.UsageCounted, RunFactRules.AfterAttemptStarted, Field.Subtask, Field.Attempt, Field.Unused, Field.InputTokens, Field.OutputTokens, Field.Cost, Field.Models)
        {
            Payload = static (in line) => new TaskUsage(line.InputTokens, line.OutputTokens, line.Cost) { Models = line.Models ?? [] },
        },
        new("flight-joined", RunFactKind.FlightJoined, RunFactRules.WhenReady, Field.Subtask, Field.OwnerRun, Field.OwnerSubtask)
        {
            Payload = static (in line) => new JoinedFlight(line.OwnerRun!, line.OwnerSubtask!),
        },
        new("work-avoided", RunFactKind.WorkAvoided, RunFactRules.WhenReady, Field.Subtask, Field.Duration, Field.InputTokens, Field.OutputTokens, Field.Cost, Field.Models)
        {
            Payload = static (in line) => new AvoidedWork(new TaskUsage(line.InputTokens, line.OutputTokens, line.Cost) { Models = line.Models ?? [] }, line.Duration),
        },
        new("subtask-succeeded", RunFactKind.SubtaskSucceeded, RunFactRules.WhenReadyOrRunning, Field.Subtask, Field.AttemptOrNone, Field.Origin, Field.CacheKey, Field.CacheEpochs, Field.Output)
        {
            Detail = (byte)OutputOrigin.Executed,
            Holds = static payload => payload is StoredOutput { Blob: null },
            Payload = static (in line) => new StoredOutput(line.Json) { CacheKey = line.CacheKey, CacheEpochs = line.CacheEpochs },
        },
        new("subtask-succeeded-large", RunFactKind.SubtaskSucceeded, RunFactRules.WhenReadyOrRunning, Field.Subtask, Field.AttemptOrNone, Field.Origin, Field.CacheKey, Field.CacheEpochs, Field.Blob)
        {
            Detail = (byte)OutputOrigin.Executed,
            Holds = static payload => payload is StoredOutput { Blob: not null },
            Payload = static (in line) => new StoredOutput(line.Blob!) { CacheKey = line.CacheKey, CacheEpochs = line.CacheEpochs },
        },
        new("subtask-shared", RunFactKind.SubtaskSucceeded, RunFactRules.WhenReadyOrRunning, Field.Subtask, Field.SharedWith)
        {
            Detail = (byte)OutputOrigin.Shared,
            Holds = static payload => payload is SharedOutput,
            Payload = static (in line) => new SharedOutput(line.Other, Output: null),
        },
        new("held-output-counted", RunFactKind.SubtaskSucceeded, RunFactRules.WhenReadyOrRunning, Field.Subtask, Field.Attempt)
        {
            Detail = (byte)OutputOrigin.Executed,
            Holds = static payload => payload is HeldOutput,
            Payload = static (in _) => new HeldOutput(Output: null),
        },
        new("subtask-fell-back", RunFactKind.SubtaskSucceeded, RunFactRules.WhenReadyOrRunning, Field.Subtask, Field.AttemptOrNone, Field.FailedWith, Field.Error, Field.Fallback)
        {
            Detail = (byte)OutputOrigin.Fallback,
            Holds = static payload => payload is FallbackOutput,
            Payload = static (in line) => new FallbackOutput(line.Json, line.Error!, worker: line.FailedWith),
        },
        new("subtask-failed", RunFactKind.SubtaskFailed, RunFactRules.WhenOpen, Field.Subtask, Field.AttemptOrNone, Field.FailedWith, Field.Error)
        {
            Payload = static (in line) => line.FailedWith is { } worker ? new SharedFailure(worker, line.Error!) : line.Error!,
        },
        new("subtask-skipped", RunFactKind.SubtaskSkipped, RunFactRules.WhenNotStarted, Field.Subtask, Field.Cause, Field.SkipReason)
        {
            Payload = static (in line) => new SkipCause(line.Other, line.SkipReason),
        },
        new("subtask-cancel-requested", RunFactKind.SubtaskCancelRequested, RunFactRules.WhenRunning, Field.Subtask),
        new("subtask-cancelled", RunFactKind.SubtaskCancelled, RunFactRules.WhenOpen, Field.Subtask, Field.AttemptOrNone),
        new("budget-exhausted", RunFactKind.BudgetExhausted, RunFactRules.Always, Field.BudgetLimit),
        new("budget-extended", RunFactKind.BudgetExtended, RunFactRules.Always, Field.Budget)
        {
            Payload = static (in line) => line.Budget!.ToBudget(),
        },
        new("run-paused", RunFactKind.RunPaused, RunFactRules.UnlessPaused, Field.PauseReason)
        {
            Payload = static (in line) => line.Reason!,
        },
        new("run-continued", RunFactKind.RunContinued, RunFactRules.WhilePaused),
        new("stop-requested", RunFactKind.StopRequested, RunFactRules.UnlessStopping, Field.StopReason, Field.DeadlineOf)
        {
            Payload = static (in line) => line.Reason!,
        },
        new("compensation-started", RunFactKind.CompensationStarted, RunFactRules.WhenToCompensate, Field.Subtask, Field.Attempt),
        new("compensation-failed", RunFactKind.CompensationFailed, RunFactRules.WhileCompensationRuns, Field.Subtask, Field.Attempt, Field.Error, Field.RetryAt)
        {
            Payload = static (in line) => new AttemptRetry(line.Error!, line.RetryAt),
        },
        new("subtask-compensated", RunFactKind.SubtaskCompensated, RunFactRules.WhileCompensationRuns, Field.Subtask, Field.Attempt),
        new("run-ended", RunFactKind.RunEnded, RunFactRules.WhenAllHaveEnded, Field.Outcome),
    ];

    private static readonly JournalKind[][] ByFact = [.. Enum.GetValues<RunFactKind>().Select(fact => Rows.Where(row => row.Fact == fact).ToArray())];

    private static readonly JournalKind[] PlainRows = Array.FindAll(Rows, row => row.IsPlain);

    /// <summary>Reads a line that is as this version writes it, to the letter, as nearly all are.</summary>
    /// <returns>Its row; <see langword="null"/> when it differs by a byte, or needs the general reader.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static JournalKind? TryReadPlain(ReadOnlySpan<byte> content, ref LineValues line)
    {
        foreach (JournalKind row in PlainRows)
        {
            if (row.TryReadPlain(content, ref line))
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>The row of the line that a fact has in a journal.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static JournalKind Of(in RunFact fact)
    {
        foreach (JournalKind kind in ByFact[(int)fact.Kind])
        {
            if (kind.Holds(fact.Payload))
            {
                return kind;
            }
        }

        throw new InvalidOperationException($"A journal has no line for {fact.Kind} with {fact.Payload?.GetType().Name ?? "nothing"}.");
    }

    /// <summary>The row of the kind that a line names.</summary>
    /// <exception cref="JsonException">There is no such kind.</exception>
    public static JournalKind Named(ref Utf8JsonReader reader)
    {
        foreach (JournalKind kind in Rows)
        {
            if (reader.ValueTextEquals(kind.Name.EncodedUtf8Bytes))
            {
                return kind;
            }
        }

        throw new JsonException($"There is no kind '{reader.GetString()}'.");
    }

    /// <summary>Why a fact that was read cannot follow in a run, or <see langword="null"/>.</summary>
    public static string? WhyImpossible(RunState state, in RunFact fact) => ByFact[(int)fact.Kind][0].WhyImpossible(state, fact);
}
