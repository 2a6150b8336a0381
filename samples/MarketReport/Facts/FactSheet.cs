namespace MarketReport.Facts;

/// <summary>Everything one analysis computed. Names are those of entities and columns, which prose may use as they are.</summary>
internal sealed record FactSheet(
    string Id,
    string Title,
    IReadOnlyList<Fact> Facts,
    IReadOnlyList<FactTable> Tables,
    IReadOnlyList<string> Names);
