namespace MarketReport.Facts;

/// <summary>A table of computed figures.</summary>
internal sealed record FactTable(
    string Id,
    string Title,
    IReadOnlyList<string> Columns,
    IReadOnlyList<IReadOnlyList<FactCell>> Rows,
    string Note);
