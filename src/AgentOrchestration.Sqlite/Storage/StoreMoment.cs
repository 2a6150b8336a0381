namespace AgentOrchestration.Sqlite.Storage;

/// <summary>
/// A moment by the two clocks of the machine. All processes that share a file run on one machine (the write-ahead log is in shared memory), so
/// its monotonic clock is one for all of them and does not jump with the time of day. It begins anew when the machine starts.
/// </summary>
/// <param name="TimeOfDay">For people.</param>
/// <param name="Monotonic">For leases, in ticks of 100 ns.</param>
internal readonly record struct StoreMoment(DateTimeOffset TimeOfDay, long Monotonic)
{
    public static StoreMoment Now(TimeProvider timeProvider) =>
        new(timeProvider.GetUtcNow(), (long)((Int128)timeProvider.GetTimestamp() * TimeSpan.TicksPerSecond / timeProvider.TimestampFrequency));

    /// <summary>Whether a lease is valid. One that was granted later than now was granted before the machine was started last: its holder is gone.</summary>
    public bool IsWithin(long granted, long expires) => granted <= Monotonic && Monotonic < expires;
}
