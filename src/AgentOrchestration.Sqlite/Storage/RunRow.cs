using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>What changes about a run. Times of day are in UTC ticks, those of the lease in ticks of the machine's monotonic clock.</summary>
internal sealed record RunRow
{
    /// <summary>Its key in the tables.</summary>
    public long Key { get; init; }

    public required string RunId { get; init; }

    public required long Created { get; init; }

    public required long Updated { get; init; }

    /// <summary>The number of events.</summary>
    public long Sequence { get; init; }

    /// <summary>Where the hash chain of its journal begins.</summary>
    public required byte[] Origin { get; init; }

    /// <summary>Where the hash chain of its journal ends.</summary>
    public required byte[] Head { get; init; }

    public RunOutcome? Outcome { get; init; }

    /// <summary>The token of the latest lease.</summary>
    public required long Token { get; init; }

    /// <summary>Who holds the latest lease; <see langword="null"/> when it was returned.</summary>
    public string? Owner { get; init; }

    public long Granted { get; init; }

    public long Expires { get; init; }

    public RunProgress Progress { get; init; }

    public string? Name { get; init; }

    public string Goal { get; init; } = "";

    /// <summary>The tags; <see langword="null"/> when there are none.</summary>
    public string? Tags { get; init; }

    /// <summary>The task types that the run needs; <see langword="null"/> when any process can drive it.</summary>
    public string? TaskTypes { get; init; }

    public RunRow Grant(StoreMoment now, TimeSpan duration) => this with { Granted = now.Monotonic, Expires = now.Monotonic + duration.Ticks };

    public bool IsLeased(StoreMoment now) => Owner is not null && now.IsWithin(Granted, Expires);

    public RunLease? ToLease(StoreMoment now) => Owner is null ? null : new RunLease(RunId, Owner, Token, now.TimeOfDay + TimeSpan.FromTicks(Expires - now.Monotonic));

    public StoredRun ToStoredRun(StoreMoment now) =>
        new(RunId, At(Created), At(Updated), Sequence, Outcome, ToLease(now))
        {
            IsLeased = IsLeased(now),
            Name = Name,
            Goal = Goal,
            Tags = TagText.Read(Tags),
            TaskTypes = TaskTypeText.Read(TaskTypes),
            Progress = Progress,
        };

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
