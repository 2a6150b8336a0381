using MarketReport.Reading;

namespace MarketReport.Facts;

/// <summary>Collects the facts and tables of an analysis. What cannot be computed is left out, so that nothing can refer to it.</summary>
internal sealed class FactSheetBuilder(string id, string title)
{
    private readonly Dictionary<string, Fact> _facts = new(StringComparer.Ordinal);
    private readonly List<FactTable> _tables = [];

    public void Name(string factId, string label, string? name)
    {
        if (name is not null)
        {
            Add(new Fact(factId, label, null, name));
        }
    }

    public void Whole(string factId, string label, int value) => Add(new Fact(factId, label, value, FigureText.Whole(value)));

    public void Year(string factId, string label, int? year)
    {
        if (year is { } value)
        {
            Add(new Fact(factId, label, value, FigureText.Year(value)));
        }
    }

    public void Percent(string factId, string label, double? value)
    {
        if (value is { } percent)
        {
            Add(new Fact(factId, label, percent, FigureText.Percent(percent)));
        }
    }

    public void SignedPercent(string factId, string label, double? value)
    {
        if (value is { } percent)
        {
            Add(new Fact(factId, label, percent, FigureText.SignedPercent(percent)));
        }
    }

    public void Points(string factId, string label, double? value)
    {
        if (value is { } points)
        {
            Add(new Fact(factId, label, points, FigureText.Points(points)));
        }
    }

    public void Amount(string factId, string label, double? value, Measure measure)
    {
        if (value is { } amount)
        {
            Add(new Fact(factId, label, amount, FigureText.Amount(amount, measure)));
        }
    }

    public void SignedAmount(string factId, string label, double? value, Measure measure)
    {
        if (value is { } amount)
        {
            Add(new Fact(factId, label, amount, FigureText.SignedAmount(amount, measure)));
        }
    }

    public void Growth(string factId, string label, Change change) =>
        Add(new Fact(factId, label, change.Percent, FigureText.Growth(change)));

    public void Table(FactTable table)
    {
        if (table.Rows.Count > 0)
        {
            _tables.Add(table);
        }
    }

    public FactSheet Build(Market market) =>
        new(id, title, [.. _facts.Values], _tables, [.. market.Data.Rows.Select(static row => row.Entity).Distinct(StringComparer.Ordinal), .. market.Data.Measures.SelectMany(static measure => new[] { measure.Label, measure.Name, FigureText.Heading(measure) }).Distinct(StringComparer.Ordinal)]);

    /// <summary>An id made from a name of the data may already belong to another fact, which then keeps it.</summary>
    private void Add(Fact fact)
    {
        var factId = fact.Id;
        for (var number = 2; _facts.TryGetValue(factId, out var present) && present != fact with { Id = factId, Label = present.Label }; number++)
        {
            factId = $"{fact.Id}_{number}";
        }

        _facts.TryAdd(factId, fact with { Id = factId });
    }
}
