namespace AgentOrchestration.Runs.Journal;

/// <summary>Which numbers and times an event of a journal can hold, whatever the run. Those of another run or order are found where the events are applied.</summary>
internal static class JournalRules
{
    /// <summary>The latest time of an event: ten years before the calendar ends, so that pauses and limits counted from it are in the calendar too.</summary>
    private static readonly long LatestTime = DateTimeOffset.MaxValue.AddYears(-10).Ticks;

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
        ?? WhyNoDuration("approvalTimeout", options.ApprovalTimeout ?? 0)
        ?? WhyNoTime("deadline", options.Deadline ?? 0)
        ?? (options.Budget is { } budget ? WhyInvalid(budget) : null)
        ?? WhyLess("maxBypasses", options.MaxBypasses, 0)
        ?? WhyNoDuration("compensationTimeout", options.CompensationTimeout)
        ?? WhyNoDuration("deferCallsWithin", options.DeferCallsWithin ?? 0)
        ?? WhyLess("maxAddedSubtasks", options.MaxAddedSubtasks ?? 0, 0)
        ?? WhyLess("maxAddedDepth", options.MaxAddedDepth ?? 0, 0)
        ?? (options.Priority is < -RunOptionsRules.MaxPriority or > RunOptionsRules.MaxPriority
            ? $"'priority' is {options.Priority}; it must be from -{RunOptionsRules.MaxPriority} to {RunOptionsRules.MaxPriority}." : null)
        ?? (options.EarlyShare is not (null or (>= 0 and <= 1)) ? $"'earlyShare' is {options.EarlyShare}; it must be from 0 to 1." : null)
        ?? (options.HedgeShare is not (null or (>= 0 and <= 1)) ? $"'hedgeShare' is {options.HedgeShare}; it must be from 0 to 1." : null)
        ?? (options.Tags?.FirstOrDefault(tag => tag.Value is null) is { Key: not null } tag ? $"The value of the tag '{tag.Key}' is null." : null);

    public static string? WhyInvalid(BudgetDocument budget) =>
        WhyLess("maxAttempts", budget.MaxAttempts ?? 1, 1)
        ?? WhyLess("maxTokens", budget.MaxTokens ?? 1, 1)
        ?? (budget.MaxCost <= 0 ? $"'maxCost' is {budget.MaxCost}; it must be greater than 0." : null)
        ?? WhyNoDuration("maxTime", budget.MaxTime ?? 0);

    public static string? WhyNoAttempt(int attempt, int fewest) =>
        attempt >= fewest && attempt < ushort.MaxValue ? null : $"'attempt' is {attempt}; it must be from {fewest} to {ushort.MaxValue - 1}.";

    public static string? WhyNoSubtask(string name, int subtask) => WhyLess(name, subtask, 0);

    public static string? WhyNoSubmission(int submission) => WhyLess("submission", submission, 1);

    public static string? WhyNoTime(string name, long ticks) =>
        ticks >= 0 && ticks <= LatestTime ? null : $"'{name}' is {ticks}, which is not a time in the calendar.";

    private static string? WhyNoDuration(string name, long ticks) =>
        ticks >= 0 && ticks <= LatestTime ? null : $"'{name}' is {ticks}, which is not a duration.";

    private static string? WhyLess(string name, long value, long fewest) => value >= fewest ? null : $"'{name}' is {value}; it must be at least {fewest}.";

    public static string? WhyNegative(string name, decimal value) => value >= 0 ? null : $"'{name}' is {value}; it must not be negative.";
}
