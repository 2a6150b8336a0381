namespace MarketReport.Facts;

/// <summary>Without share columns the entities compete: their share is their part of the total size.</summary>
internal sealed class EntityCompetition : Competition
{
    public EntityCompetition(Market market)
        : base(market) =>
        Competitors = market.Entities.Select(entity => new Competitor(market.IdOf(entity), entity, market.Size, entity)).ToList();

    public override IReadOnlyList<Competitor> Competitors { get; }

    public override Average? Share(Competitor competitor, int year, IReadOnlyCollection<string>? among = null)
    {
        var present = (among ?? Market.Entities).Count(entity => Market.SizeOf(entity, year).HasValue);
        return Market.PartOfTotal(competitor.Entity!, year, among) is { } part ? new Average(part, present, present, 1) : null;
    }

    public override double? Amount(Competitor competitor, int year, IReadOnlyCollection<string>? among = null) =>
        Market.SizeOf(competitor.Entity!, year);

    public override List<string> Panel(Competitor competitor, int first, int last)
    {
        var panel = Market.EntitiesWith([Market.Size], first, last);
        return panel.Contains(competitor.Entity!) ? panel : [];
    }
}
