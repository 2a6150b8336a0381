namespace MarketReport.Facts;

internal static class Median
{
    public static double? Of(IEnumerable<double> values)
    {
        var ordered = values.Order().ToList();
        return ordered.Count switch
        {
            0 => null,
            var count when count % 2 == 1 => ordered[count / 2],
            var count => (ordered[count / 2 - 1] + ordered[count / 2]) / 2,
        };
    }
}
