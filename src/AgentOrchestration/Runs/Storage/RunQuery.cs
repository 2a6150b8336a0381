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

    /// <summary>How many at most, from 1. Default: all.</summary>
    public int? Max { get; init; }
}
