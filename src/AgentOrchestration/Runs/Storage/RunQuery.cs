namespace AgentOrchestration.Runs.Storage;

/// <summary>Which runs to list. What is left out excludes nothing.</summary>
public sealed record RunQuery
{
    /// <summary>Gets a filter by whether a run has ended.</summary>
    /// <value>The default value is <see langword="null"/>: all runs.</value>
    public bool? IsEnded { get; init; }

    /// <summary>Gets a filter by outcome.</summary>
    /// <value>The default value is <see langword="null"/>: all runs.</value>
    public RunOutcome? Outcome { get; init; }

    /// <summary>Gets a filter by whether a lease is held that has not expired.</summary>
    /// <value>The default value is <see langword="null"/>: all runs.</value>
    public bool? IsLeased { get; init; }

    /// <summary>Gets the earliest time of creation.</summary>
    /// <value>Inclusive. The default value is <see langword="null"/>: no limit.</value>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Gets the time before which runs were created.</summary>
    /// <value>Exclusive. The default value is <see langword="null"/>: no limit.</value>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Gets the time since which nothing was appended to the journals of the runs.</summary>
    /// <value>Exclusive. The default value is <see langword="null"/>: no limit.</value>
    public DateTimeOffset? UpdatedBefore { get; init; }

    /// <summary>Gets the name that the runs have.</summary>
    /// <value>The default value is <see langword="null"/>: any or none.</value>
    public string? Name { get; init; }

    /// <summary>Gets the tags that the runs have, with these values, among others.</summary>
    /// <value>The default value is empty: any or none.</value>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = RunTags.None;

    /// <summary>Gets a value indicating whether the newest run comes first.</summary>
    /// <value>The default value is <see langword="false"/>: the oldest comes first.</value>
    public bool NewestFirst { get; init; }

    /// <summary>Gets the place after which the list begins: that of the last run of the page before (<see cref="StoredRun.Place"/>).</summary>
    /// <value>The default value is <see langword="null"/>: at the beginning.</value>
    public RunPlace? After { get; init; }

    /// <summary>Gets the maximum number of runs.</summary>
    /// <value>At least 1. The default value is <see langword="null"/>: all.</value>
    public int? Max { get; init; }

    /// <summary>Refuses a query that no store answers. Every <see cref="IRunStore"/> asks it before anything else.</summary>
    /// <exception cref="ArgumentException">
    /// <see cref="Max"/> is below 1, or a text is missing or holds half a character (a surrogate without its pair).
    /// </exception>
    public void ThrowIfInvalid()
    {
        if (Max < 1)
        {
            throw new ArgumentException($"{nameof(RunQuery)}.{nameof(Max)} is {Max}; it must be at least 1.");
        }

        ThrowIfMalformed(nameof(Name), Name ?? "");
        ThrowIfMalformed(nameof(After), After is { } after ? after.RunId : "");
        foreach ((string tag, string value) in Tags ?? throw new ArgumentException($"{nameof(RunQuery)}.{nameof(Tags)} is null."))
        {
            ThrowIfMalformed(nameof(Tags), tag);
            ThrowIfMalformed(nameof(Tags), value);
        }
    }

    private static void ThrowIfMalformed(string property, string? text)
    {
        if (text is null || !RunIds.IsWellFormed(text))
        {
            throw new ArgumentException($"{nameof(RunQuery)}.{property} holds {(text is null ? "null" : "half a character (a surrogate without its pair)")}.");
        }
    }
}
