namespace MarketReport.Facts;

/// <summary>The competitors of a market, and the one the topic is about.</summary>
internal abstract class Competition(Market market)
{
    protected Market Market { get; } = market;

    public abstract IReadOnlyList<Competitor> Competitors { get; }

    /// <summary>The share of a competitor in the whole market in a year, in percent.</summary>
    public abstract Average? Share(Competitor competitor, int year, IReadOnlyCollection<string>? among = null);

    /// <summary>The size a competitor has in a year.</summary>
    public abstract double? Amount(Competitor competitor, int year, IReadOnlyCollection<string>? among = null);

    /// <summary>The entities that have all a competitor's figures need in both years.</summary>
    public abstract List<string> Panel(Competitor competitor, int first, int last);

    public static Competition Of(Market market) =>
        market.Shares.Count > 0 ? new ShareCompetition(market) : new EntityCompetition(market);

    /// <summary>The competitors with a share in the year, the largest first.</summary>
    public List<(Competitor Competitor, double Share)> Ranked(int year) =>
        Competitors
            .Select(competitor => (Competitor: competitor, Share: Share(competitor, year)?.Value))
            .Where(static entry => entry.Share.HasValue)
            .Select(static entry => (entry.Competitor, entry.Share!.Value))
            .OrderByDescending(static entry => entry.Value)
            .ThenBy(static entry => entry.Competitor.Label, StringComparer.Ordinal)
            .ToList();

    public Change? ShareChange(Competitor competitor) =>
        ChangeOf(competitor, Market.BaseYears(Market.TrendYears), (year, panel) => Share(competitor, year, panel)?.Value);

    public Change? AmountChange(Competitor competitor) =>
        ChangeOf(competitor, Market.BaseYears(Market.TrendYears), (year, panel) => Amount(competitor, year, panel));

    /// <summary>The change of the amount from the year before the last, if the data have it.</summary>
    public Change? LatestAmountChange(Competitor competitor) =>
        ChangeOf(competitor, Market.BaseYears(1), (year, panel) => Amount(competitor, year, panel));

    private Change? ChangeOf(Competitor competitor, IEnumerable<int> baseYears, Func<int, IReadOnlyCollection<string>, double?> quantity)
    {
        var last = Market.LastYear;
        foreach (var year in baseYears)
        {
            var panel = Panel(competitor, year, last);
            if (panel.Count > 0 && quantity(year, panel) is { } start && quantity(last, panel) is { } end)
            {
                return new Change(year, last, panel.Count, start, end);
            }
        }

        return null;
    }
}
