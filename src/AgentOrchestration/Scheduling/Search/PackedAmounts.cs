namespace AgentOrchestration.Scheduling.Search;

/// <summary>
/// Vectors of amounts, four to a word. The top bit of each lane stays free: it catches the borrow when more is taken than there is.
/// Amounts beyond fifteen bits are scaled, needs up and capacities down, so that what fits here fits.
/// </summary>
internal sealed class PackedAmounts
{
    public const ulong Guards = 0x8000_8000_8000_8000;

    private const int Lanes = 4;
    private const int LaneBits = 16;
    private const long Largest = 0x7FFF;

    private readonly ulong[] _needs;

    public PackedAmounts(long[][] needs, long[] capacities)
    {
        Words = Math.Max(1, (capacities.Length + Lanes - 1) / Lanes);
        Capacity = new ulong[Words];
        _needs = new ulong[needs.Length * Words];
        for (int resource = 0; resource < capacities.Length; resource++)
        {
            long unit = Math.Max(1, Unit(needs, capacities[resource], resource));
            long capacity = Math.Min(Largest, capacities[resource] / unit);
            (int word, int shift) = (resource / Lanes, resource % Lanes * LaneBits);
            Capacity[word] |= (ulong)capacity << shift;
            for (int activity = 0; activity < needs.Length; activity++)
            {
                long need = Math.Min(capacity, (needs[activity][resource] / unit) + (needs[activity][resource] % unit > 0 ? 1 : 0));
                _needs[(activity * Words) + word] |= (ulong)need << shift;
            }
        }
    }

    /// <summary>How many words a vector has.</summary>
    public int Words { get; }

    public ulong[] Capacity { get; }

    public ReadOnlySpan<ulong> NeedsOf(int activity) => _needs.AsSpan(activity * Words, Words);

    /// <summary>The greatest unit that loses nothing, or a greater one if that is still too fine for a lane.</summary>
    private static long Unit(long[][] needs, long capacity, int resource)
    {
        long common = capacity;
        foreach (long[] amounts in needs)
        {
            for (long other = amounts[resource]; other != 0;)
            {
                (common, other) = (other, common % other);
            }
        }

        return capacity / Math.Max(1, common) <= Largest ? common : (capacity / Largest) + 1;
    }
}
