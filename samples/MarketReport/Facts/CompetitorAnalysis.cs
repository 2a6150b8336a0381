using MarketReport.Reading;

namespace MarketReport.Facts;

/// <summary>Who competes for the market, and where the focus competitor stands.</summary>
internal static class CompetitorAnalysis
{
    public const string Id = "competitor_analysis";
    private const int ListedRows = 40;

    public static FactSheet Compute(MarketData data, string topic)
    {
        var market = new Market(data);
        var competition = Competition.Of(market);
        var focus = Focus.Of(market, competition, topic).Competitor;
        var sheet = new FactSheetBuilder(Id, "Competitor analysis");
        sheet.Year("common_last_year", market.LastYearLabel, market.LastYear);
        sheet.Whole("competitor_count", "number of competitors", competition.Competitors.Count);
        AddFocus(sheet, market, competition, focus);
        sheet.Name("only_competitor", "the only competitor of the data", competition.Competitors is [var only] ? only.Label : null);
        if (competition.Competitors.Count > 1)
        {
            AddLeaders(sheet, market, competition);
        }

        AddShares(sheet, market, competition);
        if (focus.Entity is null)
        {
            AddStandings(sheet, market, focus);
        }

        sheet.Table(Competitors(market, competition));
        if (focus.Entity is null)
        {
            sheet.Table(Standings(market, competition, focus));
        }

        return sheet.Build(market);
    }

    private static void AddFocus(FactSheetBuilder sheet, Market market, Competition competition, Competitor focus)
    {
        var year = market.LastYear;
        var share = competition.Share(focus, year);
        sheet.Name("focus", "the competitor this report is about", focus.Label);
        sheet.Percent("focus_share_last", $"share of {focus.Label} in {year}" + (focus.Entity is null ? ", weighted by size" : ""), share?.Value);
        sheet.Amount("focus_size_last", $"{market.SizeMeasure.Label} of {focus.Label} in {year}", competition.Amount(focus, year), market.SizeMeasure);
        if (share is not null)
        {
            sheet.Whole("focus_entities_last", $"number of entities the share of {focus.Label} in {year} rests on", share.Entities);
        }

        if (share is not null && competition.Competitors.Count > 1)
        {
            sheet.Whole("focus_rank", $"rank of {focus.Label} among the competitors in {year}", competition.Ranked(year).FindIndex(entry => entry.Competitor == focus) + 1);
        }
    }

    private static void AddLeaders(FactSheetBuilder sheet, Market market, Competition competition)
    {
        string[] places = ["leading", "second", "third"];
        foreach (var (entry, place) in competition.Ranked(market.LastYear).Zip(places))
        {
            sheet.Name($"{place}_competitor", $"{place} competitor in {market.LastYear}", entry.Competitor.Label);
            sheet.Percent($"{place}_competitor_share", $"share of {entry.Competitor.Label} in {market.LastYear}", entry.Share);
        }

        var changes = competition.Competitors
            .Select(competitor => (Competitor: competitor, Change: competition.ShareChange(competitor)))
            .Where(static entry => entry.Change is not null)
            .OrderByDescending(static entry => entry.Change!.Difference)
            .ThenBy(static entry => entry.Competitor.Label, StringComparer.Ordinal)
            .ToList();
        if (changes is [{ Change.Difference: > 0 } gainer, ..])
        {
            sheet.Name("biggest_gainer", "competitor whose share rose most", gainer.Competitor.Label);
            sheet.Points("biggest_gainer_change", $"change of the share of {gainer.Competitor.Label}", gainer.Change.Difference);
        }

        if (changes is [.., { Change.Difference: < 0 } loser])
        {
            sheet.Name("biggest_loser", "competitor whose share fell most", loser.Competitor.Label);
            sheet.Points("biggest_loser_change", $"change of the share of {loser.Competitor.Label}", loser.Change.Difference);
        }
    }

    private static void AddShares(FactSheetBuilder sheet, Market market, Competition competition)
    {
        foreach (var competitor in competition.Competitors)
        {
            sheet.Percent($"{competitor.Id}_share_last", $"share of {competitor.Label} in {market.LastYear}", competition.Share(competitor, market.LastYear)?.Value);
            ShareChanges.Add(sheet, competitor, competition.ShareChange(competitor));
        }
    }

    private static void AddStandings(FactSheetBuilder sheet, Market market, Competitor focus)
    {
        var standings = EntityStanding.Ranked(market, focus);
        if (standings.Count == 0)
        {
            return;
        }

        if (standings.Count > 1)
        {
            AddExtremes(sheet, focus, standings);
        }

        foreach (var standing in standings)
        {
            var id = $"{market.IdOf(standing.Entity)}_{focus.Id}";
            sheet.Percent($"{id}_share_last", $"share of {focus.Label} in {standing.Entity} in {standing.Year}, its last year", standing.Share);
            sheet.Year($"{id}_year_last", $"last year with a share of {focus.Label} in {standing.Entity}", standing.Year);
        }
    }

    private static void AddExtremes(FactSheetBuilder sheet, Competitor focus, List<EntityStanding> standings)
    {
        var (top, lowest) = (standings[0], standings[^1]);
        sheet.Name("focus_top_entity", $"highest share of {focus.Label}, each in its own last year", top.Entity);
        sheet.Percent("focus_top_entity_share", $"share of {focus.Label} in {top.Entity} in {top.Year}", top.Share);
        sheet.Year("focus_top_entity_year", $"last year of {top.Entity}", top.Year);
        sheet.Name("focus_lowest_entity", $"lowest share of {focus.Label}, each in its own last year", lowest.Entity);
        sheet.Percent("focus_lowest_entity_share", $"share of {focus.Label} in {lowest.Entity} in {lowest.Year}", lowest.Share);
        sheet.Year("focus_lowest_entity_year", $"last year of {lowest.Entity}", lowest.Year);
        sheet.Percent("focus_median_share", $"median share of {focus.Label} over the entities, each in its own last year", Median.Of(standings.Select(static standing => standing.Share)));
    }

    private static FactTable Competitors(Market market, Competition competition)
    {
        var year = market.LastYear;
        var rows = competition.Ranked(year).Take(ListedRows).Select((entry, index) =>
        {
            var change = competition.ShareChange(entry.Competitor);
            return (IReadOnlyList<FactCell>)
            [
                Cells.Whole(index + 1),
                Cells.Text(FigureText.Capitalized(entry.Competitor.Label)),
                Cells.Share(entry.Share),
                Cells.Number(competition.Amount(entry.Competitor, year), market.SizeMeasure),
                Cells.Whole(competition.Share(entry.Competitor, year)!.Entities),
                Cells.Year(change?.From),
                Cells.SignedShare(change?.Difference),
            ];
        }).ToList();
        return new FactTable(
            "competitors",
            $"Competitors in {year}",
            ["Rank", "Competitor", "Share (%)", FigureText.Heading(market.SizeMeasure), "Entities", "Change since", "Change (pp)"],
            rows,
            "The change, in percentage points (pp), is over entities that have the figures at both ends." + Cells.FirstOf(rows.Count, competition.Ranked(year).Count));
    }

    private static FactTable Standings(Market market, Competition competition, Competitor focus)
    {
        var rows = EntityStanding.Ranked(market, focus).Take(ListedRows).Select((standing, index) =>
        {
            var leader = competition.Competitors
                .Select(competitor => (competitor.Label, Share: market.Value(standing.Entity, standing.Year, competitor.Measure)))
                .Where(static entry => entry.Share.HasValue)
                .OrderByDescending(static entry => entry.Share)
                .ThenBy(static entry => entry.Label, StringComparer.Ordinal)
                .First();
            return (IReadOnlyList<FactCell>)
            [
                Cells.Whole(index + 1),
                Cells.Text(standing.Entity),
                Cells.Year(standing.Year),
                Cells.Share(standing.Share),
                Cells.Number(standing.Amount, market.SizeMeasure),
                Cells.Text(FigureText.Capitalized(leader.Label)),
                Cells.Share(leader.Share),
            ];
        }).ToList();
        return new FactTable(
            "focus_by_entity",
            $"Share of {focus.Label} by {market.Data.EntityLabel}",
            [
                "Rank",
                FigureText.Capitalized(market.Data.EntityLabel),
                "Last year",
                $"{FigureText.Capitalized(focus.Label)} (%)",
                $"{FigureText.Heading(market.SizeMeasure)}: {focus.Label}",
                "Leader there",
                "Its share (%)",
            ],
            rows,
            "Each in its own last year with a known share." + Cells.FirstOf(rows.Count, EntityStanding.Ranked(market, focus).Count));
    }
}
