namespace MarketReport.Facts;

/// <summary>Which entities grow and which shrink, where the entities themselves compete.</summary>
internal static class EntityGrowth
{
    private const int ListedRows = 40;

    public static void Add(FactSheetBuilder sheet, Market market)
    {
        var median = Median.Of(MarketOverview.Ranked(market, market.LastYear).Select(static entry => entry.Size));
        sheet.Amount("median_size_last", $"median {market.SizeMeasure.Label} in {market.LastYear}", median, market.SizeMeasure);
        var changes = RecentChanges(market);
        if (changes.Count > 0)
        {
            AddChanges(sheet, market, changes);
            sheet.Table(Table(market, changes));
        }
    }

    private static void AddChanges(FactSheetBuilder sheet, Market market, List<(string Entity, Change Change)> changes)
    {
        var (from, to) = (changes[0].Change.From, changes[0].Change.To);
        sheet.Year("recent_base_year", "year from which recent changes are counted", from);
        sheet.Whole("recent_years", "number of years recent changes cover", to - from);
        sheet.Whole("recent_entities", $"number of entities with {market.SizeMeasure.Label} in both {from} and {to}", changes.Count);
        sheet.Whole("shrinking_count", $"number of entities whose {market.SizeMeasure.Label} fell from {from} to {to}", changes.Count(static entry => entry.Change.Difference < 0));
        var comparable = changes.Where(static entry => entry.Change.Percent.HasValue).ToList();
        if (comparable.Count < 2)
        {
            return;
        }

        sheet.Name("fastest_growing_entity", $"largest growth of {market.SizeMeasure.Label} from {from} to {to}", comparable[0].Entity);
        sheet.Growth("fastest_growing_change", $"growth of {market.SizeMeasure.Label} of {comparable[0].Entity}", comparable[0].Change);
        sheet.Name("slowest_growing_entity", $"smallest growth of {market.SizeMeasure.Label} from {from} to {to}", comparable[^1].Entity);
        sheet.Growth("slowest_growing_change", $"growth of {market.SizeMeasure.Label} of {comparable[^1].Entity}", comparable[^1].Change);
    }

    public static List<(string Entity, Change Change)> RecentChanges(Market market)
    {
        foreach (var year in market.BaseYears(Market.RecentYears))
        {
            var panel = market.EntitiesWith([market.Size], year, market.LastYear);
            if (panel.Count > 0)
            {
                return panel
                    .Select(entity => (entity, Change: new Change(
                        year,
                        market.LastYear,
                        panel.Count,
                        market.SizeOf(entity, year)!.Value,
                        market.SizeOf(entity, market.LastYear)!.Value)))
                    .OrderByDescending(static entry => entry.Change.Percent ?? double.NegativeInfinity)
                    .ThenBy(static entry => entry.entity, StringComparer.Ordinal)
                    .ToList();
            }
        }

        return [];
    }

    private static FactTable Table(Market market, List<(string Entity, Change Change)> changes) => new(
        "entity_growth",
        $"Growth from {changes[0].Change.From} to {changes[0].Change.To}",
        [
            FigureText.Capitalized(market.Data.EntityLabel),
            $"{FigureText.Heading(market.SizeMeasure)} {changes[0].Change.From}",
            $"{FigureText.Heading(market.SizeMeasure)} {changes[0].Change.To}",
            "Growth",
        ],
        changes.Take(ListedRows).Select(entry => (IReadOnlyList<FactCell>)
        [
            Cells.Text(entry.Entity),
            Cells.Number(entry.Change.Base, market.SizeMeasure),
            Cells.Number(entry.Change.Last, market.SizeMeasure),
            Cells.Growth(entry.Change),
        ]).ToList(),
        Cells.FirstOf(Math.Min(ListedRows, changes.Count), changes.Count).TrimStart());
}
