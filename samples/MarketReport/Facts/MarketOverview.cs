using MarketReport.Reading;

namespace MarketReport.Facts;

/// <summary>How large the market is, and who makes it up.</summary>
internal static class MarketOverview
{
    public const string Id = "market_overview";
    private const int NamedMarkets = 5;
    private const int ListedMarkets = 10;

    /// <summary>More would not fit on a page.</summary>
    private const int MeasuresInTable = 5;

    public static FactSheet Compute(MarketData data)
    {
        var market = new Market(data);
        var sheet = new FactSheetBuilder(Id, "Market overview");
        AddScope(sheet, market);
        AddSize(sheet, market);
        AddLargest(sheet, market);
        foreach (var measure in market.Others)
        {
            var description = data.Measures[measure];
            sheet.Amount(
                $"{FactId.Of(description.Name)}_last",
                $"{FigureText.Combined(description)} in {market.LastYear}{market.Weighting(measure)}",
                market.Level(measure, market.LastYear),
                description);
        }

        sheet.Table(Largest(market, market.Others.Take(MeasuresInTable)));
        foreach (var (measures, number) in MoreMeasures(market.Others))
        {
            sheet.Table(MoreOfLargest(market, measures, number));
        }

        sheet.Table(ByYear(market, market.Others.Take(MeasuresInTable)));
        foreach (var (measures, number) in MoreMeasures(market.Others))
        {
            sheet.Table(MoreByYear(market, measures, number));
        }

        sheet.Table(LeftOut(market));
        return sheet.Build(market);
    }

    /// <summary>The entities of a year by size, the largest first.</summary>
    public static List<(string Entity, double Size)> Ranked(Market market, int year) =>
        market.Entities
            .Select(entity => (entity, Size: market.SizeOf(entity, year)))
            .Where(static entry => entry.Size.HasValue)
            .Select(static entry => (Entity: entry.entity, Size: entry.Size!.Value))
            .OrderByDescending(static entry => entry.Size)
            .ThenBy(static entry => entry.Entity, StringComparer.Ordinal)
            .ToList();

    private static void AddScope(FactSheetBuilder sheet, Market market)
    {
        sheet.Name("size_measure", "what measures the size of the market", market.SizeMeasure.Label);
        sheet.Name("entity_kind", "what an entity of the data is", market.Data.EntityLabel);
        sheet.Year("first_year", "first year of the data", market.Years[0]);
        sheet.Year("common_last_year", market.LastYearLabel, market.LastYear);
        sheet.Name("only_entity", "the only entity of the data", market.OnlyEntity);
        sheet.Year("data_last_year", "last year of the data, left-out entities included", market.Data.Rows.Max(static row => row.Year));
        sheet.Whole("entity_count", "number of entities, left-out ones not counted", market.Entities.Count);
        sheet.Whole("entities_last", $"number of entities with a known size in {market.LastYear}", Ranked(market, market.LastYear).Count);
        sheet.Whole("left_out_count", "number of entities that stay out of sums and ranks", market.Data.LeftOut.Count);
    }

    private static void AddSize(FactSheetBuilder sheet, Market market)
    {
        sheet.Amount(
            market.SizeMeasure.Adds ? "total_size_last" : "average_size_last",
            $"{FigureText.Combined(market.SizeMeasure)} in {market.LastYear}",
            market.WholeSize(market.LastYear),
            market.SizeMeasure);
        SizeGrowth.Add(sheet, market);
    }

    private static void AddLargest(FactSheetBuilder sheet, Market market)
    {
        var ranked = Ranked(market, market.LastYear);
        for (var rank = 1; rank <= Math.Min(NamedMarkets, ranked.Count); rank++)
        {
            var (entity, size) = ranked[rank - 1];
            sheet.Name($"largest_market_{rank}", $"number {rank} by {market.SizeMeasure.Label} in {market.LastYear}", entity);
            sheet.Amount($"largest_market_{rank}_size", $"{market.SizeMeasure.Label} of {entity} in {market.LastYear}", size, market.SizeMeasure);
            sheet.Percent($"largest_market_{rank}_share", $"part of {entity} in the {FigureText.Combined(market.SizeMeasure)} of {market.LastYear}", market.PartOfTotal(entity, market.LastYear));
        }

        sheet.Name("lone_market", $"the only one of several with a known size in {market.LastYear}", ranked is [var lone] && market.Entities.Count > 1 ? lone.Entity : null);

        // One alone is all there is, which says nothing.
        if (ranked.Count > 1)
        {
            var named = ranked.Take(NamedMarkets).ToList();
            sheet.Whole("largest_markets_count", "number of largest markets named", named.Count);
            sheet.Percent(
                "largest_markets_share",
                $"part of the {named.Count} largest in the {FigureText.Combined(market.SizeMeasure)} of {market.LastYear}",
                named.ConvertAll(entry => market.PartOfTotal(entry.Entity, market.LastYear)) is var parts && parts.TrueForAll(static part => part.HasValue) ? parts.Sum() : null);
        }
    }

    private static FactTable Largest(Market market, IEnumerable<int> measures)
    {
        var year = market.LastYear;
        var rows = Ranked(market, year)
            .Take(ListedMarkets)
            .Select((entry, index) => (IReadOnlyList<FactCell>)
            [
                Cells.Whole(index + 1),
                Cells.Text(entry.Entity),
                Cells.Number(entry.Size, market.SizeMeasure),
                .. market.SizeMeasure.Adds ? [Cells.Share(market.PartOfTotal(entry.Entity, year))] : Array.Empty<FactCell>(),
                .. measures.Select(measure => Cells.Number(market.Value(entry.Entity, year, measure), market.Data.Measures[measure])),
            ])
            .ToList();
        return new FactTable(
            "largest_markets",
            $"Largest markets in {year}",
            [
                "Rank",
                FigureText.Capitalized(market.Data.EntityLabel),
                FigureText.Heading(market.SizeMeasure),
                .. market.SizeMeasure.Adds ? ["Part of total (%)"] : Array.Empty<string>(),
                .. measures.Select(measure => FigureText.Heading(market.Data.Measures[measure])),
            ],
            rows,
            rows.Count < Ranked(market, year).Count ? $"The {rows.Count} largest of {Ranked(market, year).Count}." : "");
    }

    private static FactTable MoreOfLargest(Market market, int[] measures, int number) => new(
        FormattableString.Invariant($"largest_markets_{number}"),
        $"Largest markets in {market.LastYear}: more measures",
        ["Rank", FigureText.Capitalized(market.Data.EntityLabel), .. measures.Select(measure => FigureText.Heading(market.Data.Measures[measure]))],
        Ranked(market, market.LastYear)
            .Take(ListedMarkets)
            .Select((entry, index) => (IReadOnlyList<FactCell>)
            [
                Cells.Whole(index + 1),
                Cells.Text(entry.Entity),
                .. measures.Select(measure => Cells.Number(market.Value(entry.Entity, market.LastYear, measure), market.Data.Measures[measure])),
            ])
            .ToList(),
        "");

    private static FactTable MoreByYear(Market market, int[] measures, int number) => new(
        FormattableString.Invariant($"market_by_year_{number}"),
        "The market by year: more measures",
        ["Year", .. measures.Select(measure => FigureText.Heading(market.Data.Measures[measure]))],
        market.Years
            .Select(year => (IReadOnlyList<FactCell>)
            [
                Cells.Year(year),
                .. measures.Select(measure => Cells.Number(market.Level(measure, year), market.Data.Measures[measure])),
            ])
            .ToList(),
        "");

    private static IEnumerable<(int[] Measures, int Number)> MoreMeasures(IReadOnlyList<int> measures) =>
        measures.Skip(MeasuresInTable).Chunk(MeasuresInTable).Select(static (chunk, index) => (chunk, index + 2));

    private static FactTable ByYear(Market market, IEnumerable<int> measures) => new(
        "market_by_year",
        "The market by year",
        [
            "Year",
            "Entities",
            FigureText.Heading(market.SizeMeasure),
            .. measures.Select(measure => FigureText.Heading(market.Data.Measures[measure])),
        ],
        market.Years
            .Select(year => (IReadOnlyList<FactCell>)
            [
                Cells.Year(year),
                Cells.Whole(Ranked(market, year).Count),
                Cells.Number(market.WholeSize(year), market.SizeMeasure),
                .. measures.Select(measure => Cells.Number(market.Level(measure, year), market.Data.Measures[measure])),
            ])
            .ToList(),
        "Each year holds the entities with a known size in it, so years with different numbers of entities do not compare; growth is given over the same entities only.");

    private static FactTable LeftOut(Market market)
    {
        var lastRows = market.Data.LeftOut
            .Select(leftOut => market.Data.Rows.Where(row => row.Entity == leftOut.Entity && row.Values[market.Size].HasValue).MaxBy(static row => row.Year))
            .ToList();
        var shares = market.Shares.Where(measure => lastRows.Exists(row => row?.Values[measure] is not null)).ToList();
        return new FactTable(
            "left_out",
            "Left out of sums and ranks",
            [
                FigureText.Capitalized(market.Data.EntityLabel),
                "Why",
                "Last year",
                FigureText.Heading(market.SizeMeasure),
                .. shares.Select(measure => FigureText.Heading(market.Data.Measures[measure])),
            ],
            market.Data.LeftOut.Zip(lastRows, (leftOut, last) => (IReadOnlyList<FactCell>)
            [
                Cells.Text(leftOut.Entity),
                Cells.Text(leftOut.Explanation),
                Cells.Year(last?.Year),
                Cells.Number(last?.Values[market.Size], market.SizeMeasure),
                .. shares.Select(measure => Cells.Share(last?.Values[measure])),
            ]).ToList(),
            "For comparison only.");
    }
}
