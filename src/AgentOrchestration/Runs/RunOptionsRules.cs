namespace AgentOrchestration.Runs;

/// <summary>What the options of a run must keep to.</summary>
internal static class RunOptionsRules
{
    public const int MaxPriority = 1_000;

    private const int MaxNameLength = 200;
    private const int MaxTags = 32;
    private const int MaxTagKeyLength = 64;
    private const int MaxTagValueLength = 256;

    private static readonly TimeSpan LongestGracePeriod = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(30);

    /// <summary>Refuses options that no run can have.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names all of them.</exception>
    public static void ThrowIfInvalid(RunOptions options)
    {
        string[] errors = [.. WhyInvalid(options).Select(error => $"{nameof(RunOptions)}.{error.Property}: {error.Reason}")];
        if (errors.Length > 0)
        {
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        }
    }

    /// <returns>Each property whose value is out of range, with the reason.</returns>
    public static IEnumerable<(string Property, string Reason)> WhyInvalid(RunOptions options) =>
        new (string Property, string? Reason)[]
        {
            (nameof(options.RunId), options.RunId is { } runId ? RunIds.WhyInvalid(runId) : null),
            (nameof(options.Name), options.Name is { } name ? WhyInvalidText(name, MaxNameLength) : null),
            (nameof(options.Tags), WhyInvalidTags(options.Tags)),
            (nameof(options.Priority), options.Priority is < -MaxPriority or > MaxPriority ? $"It is {options.Priority}; it must be from -{MaxPriority} to {MaxPriority}." : null),
            (nameof(options.MaxParallelism), WhyBelow(1, options.MaxParallelism)),
            (nameof(options.CancellationGracePeriod), options.CancellationGracePeriod < TimeSpan.Zero || options.CancellationGracePeriod > LongestGracePeriod
                ? $"It is {options.CancellationGracePeriod}; it must be from 0 to {LongestGracePeriod}." : null),
            (nameof(options.MaxAbandoned), WhyBelow(0, options.MaxAbandoned)),
            (nameof(options.Timeout), options.Timeout is { } timeout ? WhyInvalidTimeout(timeout) : null),
            (nameof(options.FailurePolicy), Enum.IsDefined(options.FailurePolicy) ? null : $"{options.FailurePolicy} is not a valid {nameof(FailurePolicy)}."),
            (nameof(options.Budget), options.Budget is { } budget ? BudgetRules.WhyInvalid(budget) : null),
            (nameof(options.Extra), options.Extra is { } extra ? extra.WhyInvalid() : "It is null; to allow no extra work, leave it out."),
            (nameof(options.MaxBypasses), WhyBelow(0, options.MaxBypasses)),
            (nameof(options.MaxAddedSubtasks), WhyBelow(0, options.MaxAddedSubtasks)),
            (nameof(options.MaxAddedDepth), WhyBelow(0, options.MaxAddedDepth)),
            (nameof(options.CompensationTimeout), WhyInvalidTimeout(options.CompensationTimeout)),
            (nameof(options.ApprovalTimeout), options.ApprovalTimeout is { } approval ? WhyInvalidTimeout(approval) : null),
            (nameof(options.DeferCallsWithin), options.DeferCallsWithin is { } deferred ? WhyInvalidTimeout(deferred) : null),
        }
        .Where(property => property.Reason is not null)
        .Select(property => (property.Property, property.Reason!));

    private static string? WhyBelow(int least, int value) => value < least ? $"It is {value}; it must be at least {least}." : null;

    private static string? WhyInvalidTimeout(TimeSpan timeout) =>
        timeout <= TimeSpan.Zero || timeout > LongestTimeout ? $"It is {timeout}; it must be greater than zero and at most {LongestTimeout}." : null;

    private static string? WhyInvalidTags(IDictionary<string, string> tags) =>
        tags.Count > MaxTags ? $"There are {tags.Count}; there can be at most {MaxTags}."
        : tags.Select(tag =>
            WhyInvalidText(tag.Key, MaxTagKeyLength) is { } key ? $"A key is not valid. {key}"
            : tag.Value is null ? $"The value of '{tag.Key}' is null."
            : tag.Value.Length > 0 && WhyInvalidText(tag.Value, MaxTagValueLength) is { } value ? $"The value of '{tag.Key}' is not valid. {value}"
            : null).FirstOrDefault(reason => reason is not null);

    private static string? WhyInvalidText(string text, int maxLength) =>
        text.Length is 0 || text.Length > maxLength ? $"It has {text.Length} characters; it must have 1 to {maxLength}."
        : text.Any(char.IsControl) ? "It has control characters."
        : RunIds.IsWellFormed(text) ? null : "It has half a character (a surrogate without its pair).";
}
