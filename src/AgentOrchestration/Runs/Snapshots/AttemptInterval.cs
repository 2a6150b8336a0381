namespace AgentOrchestration.Runs.Snapshots;

/// <summary>When an attempt ran.</summary>
/// <param name="StartedAt">When it started.</param>
/// <param name="EndedAt">When it ended, or was no longer waited for; <see langword="null"/> while it runs.</param>
public readonly record struct AttemptInterval(DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    /// <summary>Gets the number of the attempt that it ran beside, as its hedge.</summary>
    /// <value>At least 1. The default value is <see langword="null"/>: it started alone.</value>
    public int? HedgeOf { get; init; }

    /// <summary>Gets the duration of the attempt.</summary>
    /// <value>Zero while it runs.</value>
    public TimeSpan Duration => (EndedAt - StartedAt) ?? TimeSpan.Zero;
}
