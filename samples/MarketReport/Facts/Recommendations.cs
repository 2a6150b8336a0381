using MarketReport.Reading;

namespace MarketReport.Facts;

/// <summary>The facts that recommendations rest on: who moves fast, who lags, and how far apart they are.</summary>
internal static class Recommendations
{
    public const string Id = "recommendations";

    public static FactSheet Compute(MarketData data, string topic)
    {
        var market = new Market(data);
        var competition = Competition.Of(market);
        var focus = Focus.Of(market, competition, topic).Competitor;
        var sheet = new FactSheetBuilder(Id, "Recommendations");
        sheet.Year("common_last_year", market.LastYearLabel, market.LastYear);
        sheet.Name("focus", "the competitor this report is about", focus.Label);
        AddGapToLeader(sheet, market, competition, focus);
        if (focus.Entity is null)
        {
            FocusPotential.Add(sheet, market, focus);
        }
        else
        {
            EntityGrowth.Add(sheet, market);
        }

        return sheet.Build(market);
    }

    private static void AddGapToLeader(FactSheetBuilder sheet, Market market, Competition competition, Competitor focus)
    {
        var ranked = competition.Ranked(market.LastYear);
        if (ranked.Count < 2 || ranked.FindIndex(entry => entry.Competitor == focus) is not (>= 0 and var place))
        {
            return;
        }

        sheet.Whole("focus_rank", $"rank of {focus.Label} among the competitors in {market.LastYear}", place + 1);
        sheet.Whole("competitor_count", "number of competitors", competition.Competitors.Count);
        var rival = ranked[place == 0 ? 1 : 0];
        sheet.Name("focus_rival", place == 0 ? "the competitor next after the focus" : "the leading competitor", rival.Competitor.Label);
        sheet.Percent("focus_rival_share", $"share of {rival.Competitor.Label} in {market.LastYear}", rival.Share);
        sheet.Points("focus_rival_gap", $"share of {focus.Label} less that of {rival.Competitor.Label} in {market.LastYear}", ranked[place].Share - rival.Share);
    }
}
