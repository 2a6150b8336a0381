namespace AgentOrchestration.Runs.Snapshots;

/// <summary>When an attempt ran.</summary>
/// <param name="StartedAt">When it started.</param>
/// <param name="EndedAt">When it ended, or was no longer waited for; <see langword="null"/> while it runs.</param>
public readonly record struct AttemptInterval(DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    // 0 for none.
    private readonly int _hedgeOf;

    /// <summary>Gets the number of the attempt that it ran beside, as its hedge.</summary>
    /// <value>At least 1. The default value is <see langword="null"/>: it started alone.</value>
    public int? HedgeOf
    {
        get => _hedgeOf == 0 ? null : _hedgeOf;
        init => _hedgeOf = value ?? 0;
    }

    /// <summary>
    /// Whether it counts as no attempt at the work, which was begun again: its process ended, its batch broke, or its calls were deferred.
    /// </summary>
    internal bool IsRepeated { get; init; }

    /// <summary>Gets the duration of the attempt.</summary>
    /// <value>Zero while it runs.</value>
    public TimeSpan Duration => (EndedAt - StartedAt) ?? TimeSpan.Zero;

    /// <summary>Returns the time in which at least one of the attempts ran that have ended: attempts that run beside each other count once.</summary>
    /// <param name="spans">The attempts of a subtask, in their order.</param>
    /// <param name="from">What ran before does not count.</param>
    /// <param name="until">What ran later does not count.</param>
    internal static TimeSpan TimeOf(IReadOnlyList<AttemptInterval> spans, DateTimeOffset from, DateTimeOffset until)
    {
        TimeSpan sum = TimeSpan.Zero;
        for (int index = 0; index < spans.Count; index++)
        {
            AttemptInterval span = spans[index];
            DateTimeOffset start = span.StartedAt > from ? span.StartedAt : from;
            DateTimeOffset end = span.EndedAt < until ? span.EndedAt.Value : span.EndedAt is null ? start : until;
            if (end > start)
            {
                sum += end - start;
                from = end;
            }
        }

        return sum;
    }
}
