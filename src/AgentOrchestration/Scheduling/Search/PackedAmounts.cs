namespace AgentOrchestration.Scheduling.Search;

/// <summary>
/// Vectors of amounts, four to a word. The top bit of each lane stays free: it catches the borrow when more is taken than there is.
/// Amounts beyond fifteen bits are scaled, needs up and capacities down, so that what fits here fits.
/// </summary>
internal sealed class PackedAmounts
{
    private const ulong Guards = 0x8000_8000_8000_8000;

    private const int Lanes = 4;
    private const int LaneBits = 16;
    private const long Largest = 0x7FFF;

    private readonly PackedNeed[][] _needs;

    /// <param name="needs">Of each activity what it needs, each resource once; activities may share an array, which is then packed once.</param>
    /// <param name="capacities">Of each resource how much there is.</param>
    public PackedAmounts((int Resource, long Amount)[][] needs, long[] capacities)
    {
        Words = Math.Max(1, (capacities.Length + Lanes - 1) / Lanes);
        Capacity = new ulong[Words];
        var distinct = new HashSet<(int Resource, long Amount)[]>(needs, ReferenceEqualityComparer.Instance);
        long[] units = Units(distinct, capacities);
        long[] lanes = new long[capacities.Length];
        for (int resource = 0; resource < capacities.Length; resource++)
        {
            lanes[resource] = Math.Min(Largest, capacities[resource] / units[resource]);
            Capacity[resource / Lanes] |= (ulong)lanes[resource] << ShiftOf(resource);
        }

        var packed = distinct.ToDictionary(vector => vector, vector => Pack(vector, units, lanes), (IEqualityComparer<(int Resource, long Amount)[]>)ReferenceEqualityComparer.Instance);
        _needs = Array.ConvertAll(needs, vector => packed[vector]);
    }

    /// <summary>How many words a vector has.</summary>
    public int Words { get; }

    public ulong[] Capacity { get; }

    /// <summary>What an activity needs, by the words in which it needs anything.</summary>
    public ReadOnlySpan<PackedNeed> NeedsOf(int activity) => _needs[activity];

    /// <summary>Whether there is as much free in every lane of a word.</summary>
    public static bool Fits(ulong amounts, ulong free) => (((free | Guards) - amounts) & Guards) == Guards;

    private static int ShiftOf(int resource) => resource % Lanes * LaneBits;

    private static PackedNeed[] Pack((int Resource, long Amount)[] vector, long[] units, long[] lanes)
    {
        SortedDictionary<int, ulong> words = [];
        foreach ((int resource, long amount) in vector)
        {
            long need = Math.Min(lanes[resource], (amount / units[resource]) + (amount % units[resource] > 0 ? 1 : 0));
            words[resource / Lanes] = words.GetValueOrDefault(resource / Lanes) | ((ulong)need << ShiftOf(resource));
        }

        return [.. words.Where(word => word.Value != 0).Select(word => new PackedNeed(word.Key, word.Value))];
    }

    /// <summary>Of each resource the greatest unit that loses nothing, or a greater one if that is still too fine for a lane.</summary>
    private static long[] Units(IEnumerable<(int Resource, long Amount)[]> vectors, long[] capacities)
    {
        long[] units = [.. capacities];
        foreach ((int resource, long amount) in vectors.SelectMany(vector => vector))
        {
            for (long other = amount; other != 0;)
            {
                (units[resource], other) = (other, units[resource] % other);
            }
        }

        for (int resource = 0; resource < units.Length; resource++)
        {
            units[resource] = Math.Max(1, capacities[resource] / Math.Max(1, units[resource]) <= Largest ? units[resource] : (capacities[resource] / Largest) + 1);
        }

        return units;
    }
}
