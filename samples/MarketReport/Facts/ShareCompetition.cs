namespace MarketReport.Facts;

/// <summary>Share columns compete: their shares are averaged over the entities, weighted by size.</summary>
internal sealed class ShareCompetition : Competition
{
    public ShareCompetition(Market market)
        : base(market)
    {
        var ids = FactId.OfAll(market.Shares.Select(index => market.Data.Measures[index].Label));
        Competitors = market.Shares.Zip(ids, (index, id) => new Competitor(id, market.Data.Measures[index].Label, index, null)).ToList();
    }

    public override IReadOnlyList<Competitor> Competitors { get; }

    public override Average? Share(Competitor competitor, int year, IReadOnlyCollection<string>? among = null) =>
        Market.WeightedAverage(competitor.Measure, year, among);

    public override double? Amount(Competitor competitor, int year, IReadOnlyCollection<string>? among = null)
    {
        var amounts = (among ?? Market.Entities)
            .Select(entity => Market.SizeOf(entity, year) * Market.Value(entity, year, competitor.Measure) / 100)
            .OfType<double>()
            .ToList();
        return amounts.Count == 0 ? null : amounts.Sum();
    }

    public override List<string> Panel(Competitor competitor, int first, int last) =>
        Market.EntitiesWith([Market.Size, competitor.Measure], first, last);
}
