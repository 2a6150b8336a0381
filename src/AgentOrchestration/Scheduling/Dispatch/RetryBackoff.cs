namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>The pause before the next attempt, by the formula of <see cref="RetryOptions"/>.</summary>
internal static class RetryBackoff
{
    /// <summary>The longest pause, also of an error that asks for more: timers end at about 49 days.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    public static TimeSpan PauseAfter(RetryOptions retry, ulong runSeed, int subtask, int attempt)
    {
        // Doubled at most 62 times: beyond that any pause has reached its maximum, or is zero.
        double doubled = retry.Delay.Ticks * (double)(1UL << Math.Min(attempt - 1, 62));
        double capped = Math.Min(doubled, retry.MaxDelay.Ticks);
        double random = (SplitMix64.Mix(runSeed ^ SplitMix64.Mix(((ulong)(uint)subtask << 32) | (uint)attempt)) >> 11) * (1.0 / (1UL << 53));
        return TimeSpan.FromTicks((long)(capped * (1 - (retry.Jitter * random))));
    }

    /// <summary>A number that represents the run: FNV-1a of its id.</summary>
    public static ulong SeedOf(string runId)
    {
        ulong hash = FnvOffset;
        foreach (char letter in runId)
        {
            hash = (hash ^ letter) * FnvPrime;
        }

        return hash;
    }
}
