using MarketReport.Facts;
using MarketReport.Reading;

namespace MarketReport.Charts;

/// <summary>The charts of a report. One that has no figures to show is left out.</summary>
internal static class MarketCharts
{
    private const int Bars = 15;
    private const int Lines = 7;

    public static IReadOnlyList<Chart> RenderAll(MarketData data, string topic)
    {
        var market = new Market(data);
        var competition = Competition.Of(market);
        var focus = Focus.Of(market, competition, topic).Competitor;
        return new[]
        {
            SizeByEntity(market),
            CompetitorShares(market, competition, focus),
            focus.Entity is null ? FocusByEntity(market, focus) : GrowthByEntity(market, focus),
            FocusOverTime(market, competition, focus),
        }.OfType<Chart>().ToList();
    }

    private static Chart? SizeByEntity(Market market)
    {
        var ranked = MarketOverview.Ranked(market, market.LastYear).Take(Bars).ToList();
        if (ranked.Count == 0)
        {
            return null;
        }

        var title = $"{FigureText.Heading(market.SizeMeasure)} by {market.Data.EntityLabel}, {market.LastYear}";
        var bars = ranked
            .Select(entry => new ChartBar(entry.Entity, entry.Size, FigureText.Number(entry.Size, market.SizeMeasure), false))
            .ToList();
        return Bar("size_by_entity", title, FigureText.Capitalized(market.Data.EntityLabel), FigureText.Heading(market.SizeMeasure), bars, MarketOverview.Ranked(market, market.LastYear).Count);
    }

    private static Chart? CompetitorShares(Market market, Competition competition, Competitor focus)
    {
        var shown = competition.Ranked(market.LastYear).Select(static entry => entry.Competitor).ToList();
        if (shown.Count == 0)
        {
            return null;
        }

        var years = Enumerable.Range(market.Years[0], market.LastYear - market.Years[0] + 1).ToList();
        if (years.Count(year => shown.Exists(competitor => competition.Share(competitor, year) is not null)) == 1)
        {
            return SharesOfOneYear(market, competition, focus, shown);
        }

        shown = shown.Take(Lines).Union(shown.Where(competitor => competitor == focus)).ToList();
        var lines = shown
            .Select(competitor => new ChartLine(
                competitor.Label,
                years.Select(year => (year, competition.Share(competitor, year)?.Value)).ToList(),
                competitor == focus))
            .ToList();
        var title = $"Shares of the competitors, {years[0]} to {years[^1]}";
        var description = $"Lines of the share in percent of {string.Join(", ", shown.Select(static competitor => competitor.Label))}. "
            + $"In {market.LastYear} {shown[0].Label} leads with {FigureText.Percent(competition.Share(shown[0], market.LastYear)!.Value)}.";
        var table = new FactTable(
            "competitor_shares",
            title,
            ["Year", .. shown.Select(static competitor => $"{FigureText.Capitalized(competitor.Label)} (%)")],
            market.Years
                .Where(year => year <= market.LastYear)
                .Select(year => (IReadOnlyList<FactCell>)[Cells.Year(year), .. shown.Select(competitor => Cells.Share(competition.Share(competitor, year)?.Value))])
                .ToList(),
            "Weighted by size, over the entities each year has.");
        return new Chart("competitor_shares", title, description, LineChart.Render("competitor_shares", title, description, lines, " %"), table);
    }

    private static Chart SharesOfOneYear(Market market, Competition competition, Competitor focus, List<Competitor> shown)
    {
        var bars = shown
            .Take(Bars)
            .Select(competitor => (competitor, Share: competition.Share(competitor, market.LastYear)!.Value))
            .Select(entry => new ChartBar(entry.competitor.Label, entry.Share, FigureText.Percent(entry.Share), entry.competitor == focus))
            .ToList();
        return Bar("competitor_shares", $"Shares of the competitors, {market.LastYear}", "Competitor", "Share (%)", bars, shown.Count);
    }

    private static Chart? FocusByEntity(Market market, Competitor focus)
    {
        var standings = EntityStanding.Ranked(market, focus);
        if (standings.Count == 0)
        {
            return null;
        }

        var title = $"Share of {focus.Label} by {market.Data.EntityLabel}, each in its last year";
        var bars = standings
            .Take(Bars)
            .Select((standing, index) => new ChartBar(
                standing.Year == market.LastYear ? standing.Entity : $"{ChartStyle.Shortened(standing.Entity)} ({standing.Year})",
                standing.Share,
                FigureText.Percent(standing.Share),
                index == 0))
            .ToList();
        return Bar("focus_by_entity", title, FigureText.Capitalized(market.Data.EntityLabel), $"{FigureText.Capitalized(focus.Label)} (%)", bars, standings.Count);
    }

    private static Chart? GrowthByEntity(Market market, Competitor focus)
    {
        var changes = EntityGrowth.RecentChanges(market).Where(static entry => entry.Change.Percent.HasValue).ToList();
        if (changes.Count == 0)
        {
            return null;
        }

        var title = $"Growth of {market.SizeMeasure.Label} by {market.Data.EntityLabel}, {changes[0].Change.From} to {changes[0].Change.To}";
        var bars = changes
            .Take(Bars)
            .Select(entry => new ChartBar(entry.Entity, entry.Change.Percent!.Value, FigureText.SignedPercent(entry.Change.Percent.Value), entry.Entity == focus.Entity))
            .ToList();
        return Bar("growth_by_entity", title, FigureText.Capitalized(market.Data.EntityLabel), "Growth (%)", bars, changes.Count);
    }

    private static Chart? FocusOverTime(Market market, Competition competition, Competitor focus)
    {
        var columns = market.Years
            .Where(year => year <= market.LastYear)
            .Select(year => (Year: year, Amount: competition.Amount(focus, year)))
            .Where(static entry => entry.Amount.HasValue)
            .Select(static entry => (entry.Year, Value: entry.Amount!.Value))
            .ToList();
        if (columns.Count < 2)
        {
            return null;
        }

        var title = $"{FigureText.Heading(market.SizeMeasure)}: {focus.Label}, {columns[0].Year} to {columns[^1].Year}";
        var description = $"Columns by year; {FigureText.Amount(columns[0].Value, market.SizeMeasure)} in {columns[0].Year}, {FigureText.Amount(columns[^1].Value, market.SizeMeasure)} in {columns[^1].Year}.";
        var table = new FactTable(
            "focus_over_time",
            title,
            ["Year", $"{FigureText.Heading(market.SizeMeasure)}: {focus.Label}"],
            columns.Select(column => (IReadOnlyList<FactCell>)[Cells.Year(column.Year), Cells.Number(column.Value, market.SizeMeasure)]).ToList(),
            "Over the entities each year has.");
        return new Chart("focus_over_time", title, description, ColumnChart.Render("focus_over_time", title, description, columns), table);
    }

    private static Chart Bar(string id, string title, string labelHeading, string valueHeading, List<ChartBar> bars, int available)
    {
        var description = $"Bars, the largest first: {string.Join(", ", bars.Select(static bar => $"{bar.Label} {bar.Text}"))}.";
        var table = new FactTable(
            id,
            title,
            [labelHeading, valueHeading],
            bars.Select(static bar => (IReadOnlyList<FactCell>)[Cells.Text(bar.Label), new FactCell(bar.Text, bar.Value)]).ToList(),
            bars.Count < available ? $"The first {bars.Count} of {available}." : "");
        return new Chart(id, title, description, BarChart.Render(id, title, description, bars), table);
    }
}
