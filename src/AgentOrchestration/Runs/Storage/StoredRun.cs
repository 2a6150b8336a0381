namespace AgentOrchestration.Runs.Storage;

/// <summary>A run as a store knows it. Compared by its content.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When something was last appended to its journal, or else when it was made.</param>
/// <param name="Sequence">The number of events in its journal.</param>
/// <param name="Outcome">How it ended, or <see langword="null"/> when it has not.</param>
/// <param name="Lease">The lease that was last granted and not released, whether it has expired or not; or <see langword="null"/>.</param>
public sealed record StoredRun(string RunId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Sequence, RunOutcome? Outcome, RunLease? Lease)
{
    /// <summary>Gets a value indicating whether a process holds a lease that has not expired, by the clock of the store.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool IsLeased { get; init; }

    /// <summary>Gets the short name of the run.</summary>
    /// <value>The default value is <see langword="null"/>: none.</value>
    public string? Name { get; init; }

    /// <summary>Gets what the run is for, in words; the beginning of it when it is long.</summary>
    /// <value>The default value is empty.</value>
    public string Goal { get; init; } = "";

    /// <summary>Gets the labels of the run.</summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = RunTags.None;

    /// <summary>Gets the task types that the run needs, with those that it has added, each as its name and its version.</summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyCollection<string> TaskTypes { get; init; } = [];

    /// <summary>Gets how far the run has come.</summary>
    /// <value>The default value is none of no subtasks.</value>
    public RunProgress Progress { get; init; }

    /// <summary>Gets the place of the run in a list, for <see cref="RunQuery.After"/>.</summary>
    /// <value>Made from <see cref="CreatedAt"/> and <see cref="RunId"/>.</value>
    public RunPlace Place => new(CreatedAt, RunId);

    /// <inheritdoc/>
    public bool Equals(StoredRun? other) =>
        other is not null
        && (RunId, CreatedAt, UpdatedAt, Sequence, Outcome) == (other.RunId, other.CreatedAt, other.UpdatedAt, other.Sequence, other.Outcome)
        && (Lease, IsLeased, Name, Goal, Progress) == (other.Lease, other.IsLeased, other.Name, other.Goal, other.Progress)
        && RunTags.AreEqual(Tags, other.Tags)
        && TaskTypes.ToHashSet(StringComparer.Ordinal).SetEquals(other.TaskTypes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(RunId, Sequence, UpdatedAt);
}
