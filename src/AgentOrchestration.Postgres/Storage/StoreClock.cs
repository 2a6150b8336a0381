namespace AgentOrchestration.Postgres.Storage;

/// <summary>
/// The clock of leases: the database server's, which all processes share, unless another one is given. What is given to a statement in its place is null
/// for the server's.
/// </summary>
/// <param name="timeProvider">The clock in place of the server's; <see langword="null"/> for the server's.</param>
internal sealed class StoreClock(TimeProvider? timeProvider)
{
    /// <summary>Gets the present, for the lifetime of leases, in ticks of 100 ns.</summary>
    public long? Monotonic => timeProvider is null ? null : (long)((Int128)timeProvider.GetTimestamp() * TimeSpan.TicksPerSecond / timeProvider.TimestampFrequency);

    /// <summary>Gets the present, for people, in ticks of 100 ns.</summary>
    public long? TimeOfDay => timeProvider?.GetUtcNow().UtcTicks;

    /// <summary>Converts the end of a lease into a time of day.</summary>
    public DateTimeOffset TimeOfDayOf(long expires) => new((timeProvider is null ? 0 : TimeOfDay!.Value - Monotonic!.Value) + expires, TimeSpan.Zero);
}
