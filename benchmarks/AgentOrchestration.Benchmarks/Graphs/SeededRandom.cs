namespace AgentOrchestration.Benchmarks.Graphs;

/// <summary>Random numbers that are the same everywhere for the same seed (SplitMix64).</summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>From 0 up to, not including, <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>Different numbers, the smallest possible being <paramref name="from"/>.</summary>
    public int[] Distinct(int count, int among, int from)
    {
        HashSet<int> drawn = [];
        while (drawn.Count < Math.Min(count, among))
        {
            drawn.Add(from + Below(among));
        }

        return [.. drawn.Order()];
    }

    /// <summary>Lognormal: <paramref name="median"/> times e to the power of a normal with deviation <paramref name="sigma"/> (Box-Muller).</summary>
    public double Lognormal(double median, double sigma) =>
        median * Math.Exp(sigma * Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit()));

    /// <summary>From 0 up to, not including, 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
