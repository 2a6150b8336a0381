namespace MarketReport.Facts;

/// <summary>Where the focus competitor stands in each entity in the common last year, how it got there, and what the median would mean.</summary>
internal static class FocusPotential
{
    private const int NamedLaggards = 3;
    private const int ListedRows = 40;

    public static void Add(FactSheetBuilder sheet, Market market, Competitor focus)
    {
        var year = market.LastYear;
        var standings = EntityStanding.Ranked(market, focus)
            .Where(standing => market.Value(standing.Entity, year, focus.Measure).HasValue)
            .ToList();
        if (Median.Of(standings.Select(static standing => standing.Share)) is not { } median || standings.Count < 2)
        {
            return;
        }

        AddLevels(sheet, market, focus, standings, median);
        AddLargestAmount(sheet, market, focus, standings);
        var changes = RecentChanges(market, focus);
        AddChanges(sheet, focus, changes);
        sheet.Table(Table(market, focus, standings, median, changes));
    }

    private static void AddLevels(FactSheetBuilder sheet, Market market, Competitor focus, List<EntityStanding> standings, double median)
    {
        var year = market.LastYear;
        var leader = standings[0];
        sheet.Name("focus_leader", $"highest share of {focus.Label} in {year}", leader.Entity);
        sheet.Percent("focus_leader_share", $"share of {focus.Label} in {leader.Entity} in {year}", leader.Share);
        sheet.Percent("focus_median_share_last", $"median share of {focus.Label} in {year} over {FigureText.Entities(standings.Count)}", median);
        sheet.Points("focus_leader_gap", $"share of {focus.Label} in {leader.Entity} less the median", leader.Share - median);
        foreach (var (laggard, index) in standings.Skip(1).Reverse().Take(NamedLaggards).Select(static (standing, index) => (standing, index)))
        {
            sheet.Name($"laggard_{index + 1}", $"number {index + 1} from the end by share of {focus.Label} in {year}", laggard.Entity);
            sheet.Percent($"laggard_{index + 1}_share", $"share of {focus.Label} in {laggard.Entity} in {year}", laggard.Share);
        }

        var below = standings.Where(standing => standing.Share < median && market.SizeOf(standing.Entity, year) is > 0).ToList();
        if (below.MaxBy(standing => market.SizeOf(standing.Entity, year)) is not { } largest)
        {
            return;
        }

        sheet.Name("largest_below_median", $"largest market with a share of {focus.Label} below the median in {year}", largest.Entity);
        sheet.Percent("largest_below_median_share", $"share of {focus.Label} in {largest.Entity} in {year}", largest.Share);
        sheet.Amount("largest_below_median_size", $"{market.SizeMeasure.Label} of {largest.Entity} in {year}", market.SizeOf(largest.Entity, year), market.SizeMeasure);
        sheet.Whole("below_median_count", $"number of entities with a share of {focus.Label} below the median in {year}", below.Count);
        sheet.Amount(
            "median_potential",
            $"additional {market.SizeMeasure.Label} of {focus.Label} if those below the median in {year} were at it",
            below.Sum(standing => Potential(market, standing, median)),
            market.SizeMeasure);
    }

    private static void AddLargestAmount(FactSheetBuilder sheet, Market market, Competitor focus, List<EntityStanding> standings)
    {
        var total = standings.Sum(static standing => standing.Amount ?? 0);
        if (total > 0 && standings.Where(static standing => standing.Amount.HasValue).MaxBy(static standing => standing.Amount) is { } largest)
        {
            var what = $"{market.SizeMeasure.Label} of {focus.Label} in {market.LastYear}";
            sheet.Name("focus_largest_entity", $"most {what}", largest.Entity);
            sheet.Amount("focus_largest_entity_size", $"{what} in {largest.Entity}", largest.Amount, market.SizeMeasure);
            sheet.Percent("focus_largest_entity_part", $"part of {largest.Entity} in all {what}", largest.Amount / total * 100);
        }
    }

    /// <summary>The change of the share of every entity that has it at both ends of the last five years, or as many as there are.</summary>
    private static List<(string Entity, Change Change)> RecentChanges(Market market, Competitor focus)
    {
        foreach (var year in market.BaseYears(Market.RecentYears))
        {
            var panel = market.EntitiesWith([focus.Measure], year, market.LastYear);
            if (panel.Count > 0)
            {
                return panel
                    .Select(entity => (entity, new Change(
                        year,
                        market.LastYear,
                        panel.Count,
                        market.Value(entity, year, focus.Measure)!.Value,
                        market.Value(entity, market.LastYear, focus.Measure)!.Value)))
                    .OrderByDescending(static entry => entry.Item2.Difference)
                    .ThenBy(static entry => entry.entity, StringComparer.Ordinal)
                    .ToList();
            }
        }

        return [];
    }

    private static void AddChanges(FactSheetBuilder sheet, Competitor focus, List<(string Entity, Change Change)> changes)
    {
        if (changes.Count < 2)
        {
            return;
        }

        var (fastest, slowest) = (changes[0], changes[^1]);
        var (from, to) = (fastest.Change.From, fastest.Change.To);
        sheet.Year("recent_base_year", "year from which recent changes are counted", from);
        sheet.Whole("recent_years", "number of years recent changes cover", to - from);
        sheet.Whole("recent_entities", $"number of entities with a share of {focus.Label} in both {from} and {to}", changes.Count);
        sheet.Name("fastest_growing_entity", $"largest gain in the share of {focus.Label} from {from} to {to}", fastest.Entity);
        sheet.Percent("fastest_growing_base", $"share of {focus.Label} in {fastest.Entity} in {from}", fastest.Change.Base);
        sheet.Percent("fastest_growing_end", $"share of {focus.Label} in {fastest.Entity} in {to}", fastest.Change.Last);
        sheet.Points("fastest_growing_change", $"change of the share of {focus.Label} in {fastest.Entity}", fastest.Change.Difference);
        sheet.Name("slowest_growing_entity", $"smallest gain in the share of {focus.Label} from {from} to {to}", slowest.Entity);
        sheet.Points("slowest_growing_change", $"change of the share of {focus.Label} in {slowest.Entity}", slowest.Change.Difference);
    }

    private static FactTable Table(
        Market market,
        Competitor focus,
        List<EntityStanding> standings,
        double median,
        List<(string Entity, Change Change)> changes)
    {
        var byEntity = changes.ToDictionary(static entry => entry.Entity, static entry => entry.Change, StringComparer.Ordinal);
        var from = changes.Count > 0 ? FigureText.Year(changes[0].Change.From) : FigureText.Unknown;
        return new FactTable(
            "potential",
            $"Where {focus.Label} stands in {market.LastYear}",
            [
                FigureText.Capitalized(market.Data.EntityLabel),
                FigureText.Heading(market.SizeMeasure),
                $"{FigureText.Capitalized(focus.Label)} (%)",
                $"Change since {from} (pp)",
                "Against the median (pp)",
                $"More {market.SizeMeasure.Label} at the median",
            ],
            standings.Take(ListedRows).Select(standing => (IReadOnlyList<FactCell>)
            [
                Cells.Text(standing.Entity),
                Cells.Number(market.SizeOf(standing.Entity, market.LastYear), market.SizeMeasure),
                Cells.Share(standing.Share),
                Cells.SignedShare(byEntity.GetValueOrDefault(standing.Entity)?.Difference),
                Cells.SignedShare(standing.Share - median),
                Cells.Number(
                    market.SizeOf(standing.Entity, market.LastYear) is > 0 ? Potential(market, standing, median) : null,
                    market.SizeMeasure),
            ]).ToList(),
            "pp: percentage points. The last column is what the entity would have more of the focus if its share were the median." + Cells.FirstOf(Math.Min(ListedRows, standings.Count), standings.Count));
    }

    private static double Potential(Market market, EntityStanding standing, double median) =>
        Math.Max(0, median - standing.Share) / 100 * market.SizeOf(standing.Entity, market.LastYear)!.Value;
}
