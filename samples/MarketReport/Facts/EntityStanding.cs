namespace MarketReport.Facts;

/// <summary>Where an entity stands with the focus competitor, in its own last year.</summary>
internal sealed record EntityStanding(string Entity, int Year, double Share, double? Amount)
{
    /// <summary>The highest share first.</summary>
    public static List<EntityStanding> Ranked(Market market, Competitor focus) =>
        market.Entities
            .Select(entity => (Entity: entity, Year: market.LastYearOf(entity, focus.Measure)))
            .Where(static entry => entry.Year.HasValue)
            .Select(entry => Of(market, focus, entry.Entity, entry.Year!.Value))
            .OrderByDescending(static standing => standing.Share)
            .ThenBy(static standing => standing.Entity, StringComparer.Ordinal)
            .ToList();

    private static EntityStanding Of(Market market, Competitor focus, string entity, int year)
    {
        var share = market.Value(entity, year, focus.Measure)!.Value;
        return new EntityStanding(entity, year, share, market.SizeOf(entity, year) * share / 100);
    }
}
