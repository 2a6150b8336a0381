namespace AgentOrchestration.Runs.Storage;

/// <summary>Which runs to list. What is left out excludes nothing.</summary>
public sealed record RunQuery
{
    /// <summary>Only runs that have ended, or only runs that have not.</summary>
    public bool? IsEnded { get; init; }

    /// <summary>Only runs that ended like this.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>Only runs whose lease somebody holds that has not expired, or only others.</summary>
    public bool? IsLeased { get; init; }

    /// <summary>Only runs made at this time or later.</summary>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Only runs made before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Only runs to whose journals nothing was appended at this time or later.</summary>
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

    /// <summary>How many at most, from 1. Default: all.</summary>
    public int? Max { get; init; }
}
