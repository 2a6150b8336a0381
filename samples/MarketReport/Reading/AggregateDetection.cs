using System.Globalization;

namespace MarketReport.Reading;

/// <summary>
/// Finds entities that are totals over others, by their size. With many others, half of their sum is enough: no single market is
/// that large among ten. With few others a market may well be, so it must be (nearly) as large as all of them together, or bear
/// the name of a total. It must be so in every year that the entity shares with two or more others.
/// </summary>
internal static class AggregateDetection
{
    private const int ManyOthers = 10;
    private const int SomeOthers = 3;
    private const double Half = 0.5;
    private const double NearlyAll = 0.95;
    private const double SumTolerance = 0.005;
    private const int YearsThatProveASum = 3;

    public static List<LeftOutEntity> Find(
        IReadOnlyList<MarketRow> rows,
        int size,
        string sizeLabel,
        IReadOnlySet<string> excluded,
        IReadOnlySet<string> kept)
    {
        var sizes = rows
            .Where(row => !excluded.Contains(row.Entity) && row.Values[size] is > 0)
            .Select(row => new SizeOfYear(row.Entity, row.Year, row.Values[size]!.Value))
            .ToList();
        var entities = sizes.Select(static entry => entry.Entity).Distinct(StringComparer.Ordinal).Count();
        var most = Math.Max(1, entities / 4);
        var found = new List<LeftOutEntity>();
        while (found.Count < most && Largest(sizes, sizeLabel, kept) is { } aggregate)
        {
            found.Add(aggregate);
            sizes.RemoveAll(entry => entry.Entity == aggregate.Entity);
        }

        return found;
    }

    private static LeftOutEntity? Largest(List<SizeOfYear> sizes, string sizeLabel, IReadOnlySet<string> kept)
    {
        var years = sizes
            .GroupBy(static entry => entry.Year)
            .ToDictionary(static year => year.Key, static year => (Total: year.Sum(static entry => entry.Size), Count: year.Count()));
        return sizes
            .GroupBy(static entry => entry.Entity, StringComparer.Ordinal)
            .Where(entity => !kept.Contains(entity.Key))
            .OrderByDescending(static entity => entity.Max(static entry => entry.Size))
            .ThenBy(static entity => entity.Key, StringComparer.Ordinal)
            .Select(entity => Judge(entity.Key, [.. entity.Where(entry => years[entry.Year].Count > 1).Select(entry => Compare(entry, years[entry.Year]))], sizeLabel))
            .FirstOrDefault(static judged => judged is not null);
    }

    private static Comparison Compare(SizeOfYear entry, (double Total, int Count) year) =>
        new(entry.Year, entry.Size / (year.Total - entry.Size), year.Count - 1);

    private static LeftOutEntity? Judge(string entity, IReadOnlyList<Comparison> comparisons, string sizeLabel)
    {
        var named = AggregateNames.Matches(entity);
        var judged = comparisons.Where(comparison => named || comparison.Others > 1).ToList();
        if (judged.Count == 0 || !judged.TrueForAll(comparison => named ? comparison.Ratio >= Half : IsAggregate(comparison, judged)))
        {
            return null;
        }

        var last = judged.MaxBy(static comparison => comparison.Year)!;
        var percent = (last.Ratio * 100).ToString("0.0", CultureInfo.InvariantCulture);
        return new LeftOutEntity(
            entity,
            LeftOutReason.AggregateBySize,
            $"taken for a total over others: its {sizeLabel} in {last.Year} equal {percent} % of the sum of the {last.Others} others{(named ? ", and its name says so" : "")}");
    }

    private static bool IsAggregate(Comparison comparison, List<Comparison> all) => comparison.Others switch
    {
        >= ManyOthers => comparison.Ratio >= Half,
        >= SomeOthers => comparison.Ratio >= NearlyAll,
        _ => Math.Abs(comparison.Ratio - 1) <= SumTolerance && all.Count >= YearsThatProveASum,
    };

    private sealed record SizeOfYear(string Entity, int Year, double Size);

    private sealed record Comparison(int Year, double Ratio, int Others);
}
