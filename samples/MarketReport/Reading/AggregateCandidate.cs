using System.Globalization;

namespace MarketReport.Reading;

/// <summary>An entity beside the others of its years: whether it is a total over them.</summary>
/// <param name="Entity">Its name.</param>
/// <param name="Name">What its name says.</param>
/// <param name="Comparisons">The years it shares with others, in order; at least one.</param>
internal sealed record AggregateCandidate(string Entity, AggregateName Name, IReadOnlyList<SizeComparison> Comparisons)
{
    private const int ManyOthers = 10;
    private const int SomeOthers = 3;
    private const double Half = 0.5;
    private const double NearTheSum = 0.02;
    private const double VeryNearTheSum = 0.005;
    private const int YearsThatProveASum = 3;

    /// <summary>Among two others the larger is nearly always that large, which says nothing.</summary>
    public bool IsLargeAmongSome => IsLarge && Others >= SomeOthers;

    /// <summary>
    /// Among many others half of their sum is enough: no single market is that large. Among few one may well be, so there must be
    /// another sign: the name of a total, or a size that is the sum of the others.
    /// </summary>
    public bool IsTotal => IsLarge && (Others >= ManyOthers || Name switch
    {
        AggregateName.Total => true,
        AggregateName.Region => Others >= SomeOthers || Fullest.All(static comparison => comparison.Ratio >= 1 - NearTheSum),
        AggregateName.RegionAmongRegions => false,
        _ => Others >= SomeOthers ? IsSum(NearTheSum) : IsSum(VeryNearTheSum) && Fullest.Count() >= YearsThatProveASum,
    });

    private bool IsLarge => Comparisons.All(static comparison => comparison.Ratio >= Half);

    private int Others => Comparisons.Max(static comparison => comparison.Others);

    /// <summary>The years with the most others; in the rest a total is more than the sum of those that are there.</summary>
    private IEnumerable<SizeComparison> Fullest => Comparisons.Where(comparison => comparison.Others == Others);

    public string Describe(string sizeLabel)
    {
        var last = Comparisons[^1];
        var percent = (last.Ratio * 100).ToString("0.0", CultureInfo.InvariantCulture);
        return $"its {sizeLabel} in {last.Year} equal {percent} % of the sum of the {last.Others} others"
            + (Name is AggregateName.Total or AggregateName.Region ? ", and its name is that of a total" : "");
    }

    private bool IsSum(double tolerance) => Fullest.All(comparison => Math.Abs(comparison.Ratio - 1) <= tolerance);
}
