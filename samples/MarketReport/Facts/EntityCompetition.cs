namespace MarketReport.Facts;

/// <summary>Without share columns the entities compete: their share is their part of the total size.</summary>
internal sealed class EntityCompetition : Competition
{
    private readonly Dictionary<(int First, int Last), (List<string> Entities, HashSet<string> Members)> _panels = [];
    private readonly Dictionary<(IReadOnlyCollection<string> Among, int Year), WholeMarket> _wholes = [];

    public EntityCompetition(Market market)
        : base(market) =>
        Competitors = market.Entities.Select(entity => new Competitor(market.IdOf(entity), entity, market.Size, entity)).ToList();

    public override IReadOnlyList<Competitor> Competitors { get; }

    public override Average? Share(Competitor competitor, int year, IReadOnlyCollection<string>? among = null)
    {
        var whole = Whole(among ?? Market.Entities, year);
        return Market.SizeMeasure.Adds && whole is { Total: > 0, HasNegative: false } && whole.Members.Contains(competitor.Entity!)
            ? new Average(Market.SizeOf(competitor.Entity!, year)!.Value / whole.Total * 100, whole.Members.Count, whole.Members.Count, 1)
            : null;
    }

    public override double? Amount(Competitor competitor, int year, IReadOnlyCollection<string>? among = null) =>
        Market.SizeOf(competitor.Entity!, year);

    public override List<string> Panel(Competitor competitor, int first, int last)
    {
        if (!_panels.TryGetValue((first, last), out var panel))
        {
            var entities = Market.EntitiesWith([Market.Size], first, last);
            panel = (entities, entities.ToHashSet(StringComparer.Ordinal));
            _panels.Add((first, last), panel);
        }

        return panel.Members.Contains(competitor.Entity!) ? panel.Entities : [];
    }

    private WholeMarket Whole(IReadOnlyCollection<string> among, int year)
    {
        if (!_wholes.TryGetValue((among, year), out var whole))
        {
            var present = among.Where(entity => Market.SizeOf(entity, year).HasValue).ToHashSet(StringComparer.Ordinal);
            whole = new WholeMarket(
                present,
                present.Sum(entity => Market.SizeOf(entity, year)!.Value),
                present.Any(entity => Market.SizeOf(entity, year) < 0));
            _wholes.Add((among, year), whole);
        }

        return whole;
    }

    /// <summary>The entities with a size in a year. With negative sizes parts of the total mean nothing.</summary>
    private sealed record WholeMarket(HashSet<string> Members, double Total, bool HasNegative);
}
