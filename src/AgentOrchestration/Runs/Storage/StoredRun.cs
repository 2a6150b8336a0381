namespace AgentOrchestration.Runs.Storage;

/// <summary>A run as a store knows it.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When something was last appended to its journal, or else when it was made.</param>
/// <param name="Sequence">The number of events in its journal.</param>
/// <param name="Outcome">How it ended, or <see langword="null"/> when it has not.</param>
/// <param name="Lease">The lease that was last granted and not released, whether it has expired or not; or <see langword="null"/>.</param>
public sealed record StoredRun(string RunId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Sequence, RunOutcome? Outcome, RunLease? Lease)
{
    /// <summary>Gets whether somebody holds a lease that has not expired, by the clock of the store.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool IsLeased { get; init; }
}
