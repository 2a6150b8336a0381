namespace MarketReport.Reading;

/// <summary>Finds entities that are totals over others, by their size and name.</summary>
internal static class AggregateDetection
{
    /// <summary>Where sizes do not add up, a total is known by its name alone.</summary>
    public static AggregateFindings FindByName(IReadOnlyCollection<string> entities, IReadOnlySet<string> excluded, IReadOnlySet<string> included)
    {
        var totals = entities.Where(entity => AggregateNames.IsTotal(entity) && !excluded.Contains(entity) && !included.Contains(entity)).ToList();
        return new AggregateFindings(
            totals.Count == entities.Count ? [] : totals.ConvertAll(static entity => new LeftOutEntity(entity, LeftOutReason.AggregateBySize, "taken for a total over others: its name is that of a total")),
            []);
    }

    public static AggregateFindings Find(
        IReadOnlyList<MarketRow> rows,
        int size,
        string sizeLabel,
        IReadOnlySet<string> excluded,
        IReadOnlySet<string> included)
    {
        var known = rows.Where(row => !excluded.Contains(row.Entity) && row.Values[size] is > 0).ToList();
        var entities = known.Select(static row => row.Entity).Distinct(StringComparer.Ordinal).ToList();
        var names = new AggregateNames(entities);
        var mostWithoutName = Math.Max(1, entities.Count / 4);
        var leftOut = new List<AggregateCandidate>();
        while (Candidates(known, size, names, included).Find(candidate => candidate.IsTotal && MayLeave(candidate)) is { } total)
        {
            leftOut.Add(total);
            known.RemoveAll(row => row.Entity == total.Entity);
        }

        return new AggregateFindings(
            leftOut.ConvertAll(total => new LeftOutEntity(total.Entity, LeftOutReason.AggregateBySize, $"taken for a total over others: {total.Describe(sizeLabel)}")),
            Candidates(known, size, names, included)
                .Where(candidate => candidate.IsLargeAmongSome || names.IsTotalOrRegion(candidate.Entity))
                .Select(candidate => new DoubtfulEntity(candidate.Entity, candidate.Describe(sizeLabel)))
                .ToList());

        // Sizes that halve from one entity to the next would else lose one market after another.
        bool MayLeave(AggregateCandidate candidate) =>
            names.IsTotalOrRegion(candidate.Entity) || leftOut.Count(total => !names.IsTotalOrRegion(total.Entity)) < mostWithoutName;
    }

    /// <summary>
    /// The entities that share years with others, the largest first. What bears the name of a total is compared without others that
    /// do, for totals of several kinds stand beside one another; what does not is compared with two or more.
    /// </summary>
    private static List<AggregateCandidate> Candidates(List<MarketRow> rows, int size, AggregateNames names, IReadOnlySet<string> included)
    {
        var all = Sums(rows, size);
        var unnamed = Sums(rows.Where(row => !names.IsTotalOrRegion(row.Entity)), size);
        return rows
            .GroupBy(static row => row.Entity, StringComparer.Ordinal)
            .Where(entity => !included.Contains(entity.Key))
            .OrderByDescending(entity => entity.Max(row => row.Values[size]))
            .ThenBy(static entity => entity.Key, StringComparer.Ordinal)
            .Select(entity => new AggregateCandidate(
                entity.Key,
                names.Of(entity.Key),
                [.. entity.OrderBy(static row => row.Year).Select(Compare).Where(comparison => comparison.Others > (names.IsTotalOrRegion(entity.Key) ? 0 : 1))]))
            .Where(static candidate => candidate.Comparisons.Count > 0)
            .ToList();

        SizeComparison Compare(MarketRow row)
        {
            var own = row.Values[size]!.Value;
            var others = names.IsTotalOrRegion(row.Entity)
                ? unnamed.GetValueOrDefault(row.Year)
                : (Sum: all[row.Year].Sum - own, Count: all[row.Year].Count - 1);
            return new SizeComparison(row.Year, own / others.Sum, others.Count);
        }
    }

    private static Dictionary<int, (double Sum, int Count)> Sums(IEnumerable<MarketRow> rows, int size) => rows
        .GroupBy(static row => row.Year)
        .ToDictionary(static year => year.Key, year => (year.Sum(row => row.Values[size]!.Value), year.Count()));
}
