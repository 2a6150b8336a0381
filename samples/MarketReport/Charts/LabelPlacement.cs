namespace MarketReport.Charts;

/// <summary>Moves labels apart that would lie on one another.</summary>
internal static class LabelPlacement
{
    /// <summary>Places in ascending order, no two nearer than the spacing, and within the height as far as there is room.</summary>
    public static List<double> Spread(IReadOnlyList<double> wanted, double spacing, double height)
    {
        var places = wanted.ToList();
        for (var index = 1; index < places.Count; index++)
        {
            places[index] = Math.Max(places[index], places[index - 1] + spacing);
        }

        for (var index = places.Count - 1; index >= 0; index--)
        {
            places[index] = Math.Min(places[index], index == places.Count - 1 ? height : places[index + 1] - spacing);
        }

        return places;
    }
}
