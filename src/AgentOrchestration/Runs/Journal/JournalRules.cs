using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Runs.Journal;

/// <summary>Which numbers and times an event of a journal can hold, whatever the run. Those of another run or order are found where the events are applied.</summary>
internal static class JournalRules
{
    /// <summary>The latest time of an event: ten years before the calendar ends, so that pauses and limits counted from it are in the calendar too.</summary>
    private static readonly long LatestTime = DateTimeOffset.MaxValue.AddYears(-10).Ticks;

    /// <returns>The reason, with the name and the value, or <see langword="null"/>.</returns>
    public static string? WhyInvalid(JournalEvent read) => WhyNoTime("at", read.At) ?? read switch
    {
        JournalEvent.Started => null,
        JournalEvent.Added added => WhyNoSubtask("subtask", added.Subtask),
        JournalEvent.ApprovalAsked asked => WhyNoSubtask("subtask", asked.Subtask),
        JournalEvent.ApprovalGiven given => WhyNoSubtask("subtask", given.Subtask),
        JournalEvent.AttemptBegan began => WhyNoAttempt(began.Subtask, began.Attempt),
        JournalEvent.AttemptLate late => WhyNoAttempt(late.Subtask, late.Attempt),
        JournalEvent.AttemptGivenUp given => WhyNoAttempt(given.Subtask, given.Attempt),
        JournalEvent.AttemptBroken broken => WhyNoAttempt(broken.Subtask, broken.Attempt),
        JournalEvent.AttemptFailing failing => WhyNoAttempt(failing.Subtask, failing.Attempt) ?? WhyNoTime("retryAt", failing.RetryAt),
        JournalEvent.Usage usage => WhyNoAttempt(usage.Subtask, usage.Attempt)
            ?? WhyNegative("inputTokens", usage.InputTokens) ?? WhyNegative("outputTokens", usage.OutputTokens) ?? WhyNegative("cost", usage.Cost),
        JournalEvent.Succeeded succeeded => WhyNoAttempt(succeeded.Subtask, succeeded.Attempt, fewest: 0),
        JournalEvent.SucceededLarge succeeded => WhyNoAttempt(succeeded.Subtask, succeeded.Attempt, fewest: 0),
        JournalEvent.Shared shared => WhyNoSubtask("subtask", shared.Subtask) ?? WhyNoSubtask("with", shared.With),
        JournalEvent.Failed failed => WhyNoAttempt(failed.Subtask, failed.Attempt, fewest: 0),
        JournalEvent.Skipped skipped => WhyNoSubtask("subtask", skipped.Subtask) ?? WhyNoSubtask("cause", skipped.Cause),
        JournalEvent.CancelAsked cancel => WhyNoSubtask("subtask", cancel.Subtask),
        JournalEvent.Cancelled cancelled => WhyNoAttempt(cancelled.Subtask, cancelled.Attempt, fewest: 0),
        JournalEvent.BudgetSpent => null,
        JournalEvent.BudgetRaised raised => WhyInvalid(raised.Budget),
        JournalEvent.Stopping => null,
        JournalEvent.Undoing undoing => WhyNoAttempt(undoing.Subtask, undoing.Attempt),
        JournalEvent.UndoingFailed failed => WhyNoAttempt(failed.Subtask, failed.Attempt) ?? WhyNoTime("retryAt", failed.RetryAt),
        JournalEvent.Undone undone => WhyNoAttempt(undone.Subtask, undone.Attempt),
        JournalEvent.Ended => null,
        _ => "No rules are known for its kind.",
    };

    /// <returns>The reason, with the name and the value, or <see langword="null"/>.</returns>
    public static string? WhyInvalid(RunHeader header) =>
        WhyInvalid(header.Options)
        ?? (header.MadeFrom is { } old && RunIds.WhyInvalid(old) is { } reason ? $"'madeFrom' is not the id of a run: {reason}" : null)
        ?? (header.Rerun?.Any(id => id is null) == true ? "'rerun' holds null." : null);

    private static string? WhyInvalid(OptionsDocument options) =>
        WhyLess("maxParallelism", options.MaxParallelism, 1)
        ?? WhyNoDuration("cancellationGracePeriod", options.CancellationGracePeriod)
        ?? WhyLess("maxAbandoned", options.MaxAbandoned, 0)
        ?? WhyNoDuration("timeout", options.Timeout ?? 0)
        ?? (options.Budget is { } budget ? WhyInvalid(budget) : null)
        ?? WhyLess("maxBypasses", options.MaxBypasses, 0)
        ?? WhyNoDuration("compensationTimeout", options.CompensationTimeout)
        ?? WhyLess("maxAddedSubtasks", options.MaxAddedSubtasks ?? 0, 0);

    private static string? WhyInvalid(BudgetDocument budget) =>
        WhyLess("maxAttempts", budget.MaxAttempts ?? 1, 1)
        ?? WhyLess("maxTokens", budget.MaxTokens ?? 1, 1)
        ?? (budget.MaxCost <= 0 ? $"'maxCost' is {budget.MaxCost}; it must be greater than 0." : null)
        ?? WhyNoDuration("maxTime", budget.MaxTime ?? 0);

    private static string? WhyNoAttempt(int subtask, int attempt, int fewest = 1) =>
        WhyNoSubtask("subtask", subtask)
        ?? (attempt >= fewest && attempt < ushort.MaxValue ? null : $"'attempt' is {attempt}; it must be from {fewest} to {ushort.MaxValue - 1}.");

    private static string? WhyNoSubtask(string name, int subtask) => WhyLess(name, subtask, 0);

    private static string? WhyNoTime(string name, long ticks) =>
        ticks >= 0 && ticks <= LatestTime ? null : $"'{name}' is {ticks}, which is not a time in the calendar.";

    private static string? WhyNoDuration(string name, long ticks) =>
        ticks >= 0 && ticks <= LatestTime ? null : $"'{name}' is {ticks}, which is not a duration.";

    private static string? WhyLess(string name, long value, long fewest) => value >= fewest ? null : $"'{name}' is {value}; it must be at least {fewest}.";

    private static string? WhyNegative(string name, decimal value) => value >= 0 ? null : $"'{name}' is {value}; it must not be negative.";
}
