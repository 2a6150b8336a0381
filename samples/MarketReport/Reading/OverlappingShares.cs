namespace MarketReport.Reading;

/// <summary>Finds shares that are no parts of one whole: those that are the sum of others, and those that add up to more than the whole.</summary>
internal static class OverlappingShares
{
    private const double Whole = 101;
    private const double Rounding = 0.15;
    private const int FewestParts = 2;
    private const int MostShares = 12;

    /// <summary>The shares that do not compete; what is left are parts of one whole.</summary>
    public static List<int> Find(IReadOnlyList<Observation> observations, IReadOnlyList<int> shares, Func<int, string> name, List<string> notes)
    {
        var left = shares.ToList();
        var overlapping = new List<int>();
        while (left.Count <= MostShares && observations.Any(observation => SumOf(observation, left) > Whole) && FindSum(observations, left) is var (total, parts))
        {
            notes.Add($"'{name(total)}' was left out of the competitors: it is the sum of {string.Join(" and ", parts.Select(part => $"'{name(part)}'"))}.");
            overlapping.Add(total);
            left.Remove(total);
        }

        var known = observations.Where(observation => left.Exists(share => observation.Values[share].HasValue)).ToList();
        var above = known.Where(observation => SumOf(observation, left) > Whole).ToList();
        if (above.Count == 0)
        {
            return overlapping;
        }

        var most = FormattableString.Invariant($"in {above.Count:#,0} of {known.Count:#,0} rows, to {above.Max(observation => SumOf(observation, left)):0.#} % at most");
        if (above.Count * 4 < known.Count)
        {
            notes.Add($"The shares add up to more than 100 % {most}; they were taken as the file gives them.");
            return overlapping;
        }

        notes.Add($"The shares {NameList.Of(left.ConvertAll(share => $"'{name(share)}'"))} overlap: they add up to more than 100 % {most}. They are no parts of one whole, so they do not compete, and are averaged like other rates.");
        return [.. overlapping, .. left];
    }

    private static (int Total, List<int> Parts)? FindSum(IReadOnlyList<Observation> observations, List<int> shares)
    {
        foreach (var share in shares)
        {
            if (PartsOf(observations, share, shares) is { Count: > 0 } parts)
            {
                return (share, parts);
            }
        }

        return null;
    }

    private static double SumOf(Observation observation, List<int> shares) => shares.Sum(share => observation.Values[share] ?? 0);

    /// <summary>Two or more others whose sum a share is in every row.</summary>
    private static List<int> PartsOf(IReadOnlyList<Observation> observations, int total, List<int> shares)
    {
        var others = shares.Where(share => share != total).ToList();
        var rows = observations.Where(observation => observation.Values[total].HasValue && others.TrueForAll(share => observation.Values[share].HasValue)).ToList();
        for (var set = 1; rows.Count > 1 && set < 1 << others.Count; set++)
        {
            var parts = others.Where((_, index) => (set & (1 << index)) != 0).ToList();
            if (parts.Count >= FewestParts
                && rows.TrueForAll(row => Math.Abs(parts.Sum(part => row.Values[part]!.Value) - row.Values[total]!.Value) <= Rounding)
                && parts.TrueForAll(part => rows.Exists(row => row.Values[part] > Rounding)))
            {
                return parts;
            }
        }

        return [];
    }
}
