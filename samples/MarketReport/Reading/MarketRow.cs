namespace MarketReport.Reading;

/// <summary>The values of one entity in one year, in the order of the measures; null is unknown. Shares are in percent.</summary>
internal sealed record MarketRow(string Entity, int Year, IReadOnlyList<double?> Values);
