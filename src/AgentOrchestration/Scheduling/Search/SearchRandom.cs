namespace AgentOrchestration.Scheduling.Search;

/// <summary>Random numbers from a seed, the same everywhere (SplitMix64; Steele, Lea and Flood 2014).</summary>
internal struct SearchRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from 0 to below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>A number from 0 to below 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next() => SplitMix64.Mix(_state += 0x9E37_79B9_7F4A_7C15);
}
