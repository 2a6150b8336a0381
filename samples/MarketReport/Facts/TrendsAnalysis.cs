using MarketReport.Reading;

namespace MarketReport.Facts;

/// <summary>How the market, its focus competitor and its other measures changed over ten years, or as many as there are.</summary>
internal static class TrendsAnalysis
{
    public const string Id = "trends_analysis";
    private const int ListedEntities = 10;

    public static FactSheet Compute(MarketData data, string topic)
    {
        var market = new Market(data);
        var competition = Competition.Of(market);
        var focus = Focus.Of(market, competition, topic).Competitor;
        var sheet = new FactSheetBuilder(Id, "Trends analysis");
        sheet.Year("common_last_year", market.LastYearLabel, market.LastYear);
        sheet.Name("focus", "the competitor this report is about", focus.Label);
        sheet.Name(focus.Entity is null ? "only_market" : "only_entity", "the only entity of the data", market.OnlyEntity);
        SizeGrowth.Add(sheet, market);
        AddFocus(sheet, market, competition, focus);
        foreach (var competitor in competition.Competitors)
        {
            ShareChanges.Add(sheet, competitor, competition.ShareChange(competitor));
        }

        foreach (var measure in market.Others)
        {
            AddMeasure(sheet, data.Measures[measure], market.Weighting(measure), market.ChangeOf(measure));
        }

        sheet.Table(Changes(market, competition, focus));
        sheet.Table(FocusByYear(market, competition, focus));
        return sheet.Build(market);
    }

    private static void AddFocus(FactSheetBuilder sheet, Market market, Competition competition, Competitor focus)
    {
        if (competition.AmountChange(focus) is not { } change)
        {
            return;
        }

        var what = $"{market.SizeMeasure.Label} of {focus.Label}";
        var years = change.To - change.From;
        sheet.Year("trend_base_year", $"year from which the growth of {focus.Label} is counted", change.From);
        sheet.Whole("trend_years", "number of years the growth covers", years);
        sheet.Name(
            "trend_span",
            "how long the growth covers",
            years switch
            {
                Market.TrendYears => $"{years} years",
                1 => "the only year the data allow",
                _ => $"the only {years} years the data allow",
            });
        sheet.Whole("focus_growth_entities", $"number of entities with the figures in both {change.From} and {change.To}", change.Entities);
        sheet.Amount("focus_base_size", $"{what} in {change.From}", change.Base, market.SizeMeasure);
        sheet.Amount("focus_end_size", $"{what} in {change.To}", change.Last, market.SizeMeasure);
        sheet.SignedAmount("focus_size_change", $"change of the {what} from {change.From} to {change.To}", change.Difference, market.SizeMeasure);
        sheet.Growth("focus_growth", $"growth of the {what} from {change.From} to {change.To}", change);
        sheet.SignedPercent("focus_growth_per_year", $"growth of the {what} per year, compound", change.PercentPerYear);
        if (competition.ShareChange(focus) is { } share && (focus.Entity is null || market.OnlyEntity is null))
        {
            sheet.Percent("focus_share_base", $"share of {focus.Label} in {share.From}", share.Base);
            sheet.Percent("focus_share_end", $"share of {focus.Label} in {share.To} of the same entities", share.Last);
            sheet.Points("focus_share_change", $"change of the share of {focus.Label}", share.Difference);
        }

        if (competition.LatestAmountChange(focus) is { } latest)
        {
            sheet.Year("previous_year", "the year before the last", latest.From);
            sheet.Growth("focus_growth_latest", $"growth of the {what} from {latest.From} to {latest.To}, over {FigureText.Entities(latest.Entities)}", latest);
        }
    }

    private static void AddMeasure(FactSheetBuilder sheet, Measure measure, string weighting, Change? change)
    {
        if (change is null)
        {
            return;
        }

        var id = FactId.Of(measure.Name);
        sheet.Amount($"{id}_base", $"{FigureText.Combined(measure)} in {change.From}{weighting}", change.Base, measure);
        sheet.Amount($"{id}_end", $"{FigureText.Combined(measure)} in {change.To} of the same entities ({change.Entities})", change.Last, measure);
        sheet.SignedAmount($"{id}_change", $"change of the {FigureText.Combined(measure)} from {change.From} to {change.To}", change.Difference, measure);
        sheet.Growth($"{id}_change_percent", $"relative change of the {FigureText.Combined(measure)}", change);
    }

    private static FactTable Changes(Market market, Competition competition, Competitor focus)
    {
        var rows = new List<IReadOnlyList<FactCell>>();
        Add(FigureText.Heading(market.SizeMeasure), market.ChangeOf(market.Size), market.SizeMeasure);
        Add($"{FigureText.Heading(market.SizeMeasure)}: {focus.Label}", competition.AmountChange(focus), market.SizeMeasure);
        foreach (var measure in market.Others)
        {
            Add(FigureText.Heading(market.Data.Measures[measure]), market.ChangeOf(measure), market.Data.Measures[measure]);
        }

        foreach (var competitor in Listed(market, competition, focus))
        {
            if (competition.ShareChange(competitor) is { } change)
            {
                rows.Add(
                [
                    Cells.Text($"Share of {competitor.Label} (%)"),
                    Cells.Year(change.From),
                    Cells.Share(change.Base),
                    Cells.Year(change.To),
                    Cells.Share(change.Last),
                    new FactCell(FigureText.Points(change.Difference), change.Difference),
                    Cells.Whole(change.Entities),
                ]);
            }
        }

        return new FactTable(
            "changes",
            "What changed",
            ["Measure", "From", "Then", "To", "Now", "Change", "Entities"],
            rows,
            "Each row compares the same entities, those with the figures at both ends. Shares change by percentage points.");

        void Add(string label, Change? change, Measure measure)
        {
            if (change is not null)
            {
                rows.Add(
                [
                    Cells.Text(label),
                    Cells.Year(change.From),
                    Cells.Number(change.Base, measure),
                    Cells.Year(change.To),
                    Cells.Number(change.Last, measure),
                    Cells.Growth(change),
                    Cells.Whole(change.Entities),
                ]);
            }
        }
    }

    /// <summary>Share columns are few; of entities, the largest.</summary>
    private static IEnumerable<Competitor> Listed(Market market, Competition competition, Competitor focus) => focus.Entity is null
        ? competition.Competitors
        : competition.Ranked(market.LastYear).Select(static entry => entry.Competitor).Take(ListedEntities);

    private static FactTable FocusByYear(Market market, Competition competition, Competitor focus) => new(
        "focus_by_year",
        $"{FigureText.Capitalized(focus.Label)} by year",
        ["Year", "Entities", $"{FigureText.Heading(market.SizeMeasure)}: {focus.Label}", "Share (%)"],
        market.Years
            .Select(year => (Year: year, Share: competition.Share(focus, year)))
            .Where(static entry => entry.Share is not null)
            .Select(entry => (IReadOnlyList<FactCell>)
            [
                Cells.Year(entry.Year),
                Cells.Whole(entry.Share!.Entities),
                Cells.Number(competition.Amount(focus, entry.Year), market.SizeMeasure),
                Cells.Share(entry.Share.Value),
            ])
            .ToList(),
        "Each year holds the entities with the figures in it.");
}
