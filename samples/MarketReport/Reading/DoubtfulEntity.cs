namespace MarketReport.Reading;

/// <summary>An entity that counts as a market, though it may be a total over others.</summary>
internal sealed record DoubtfulEntity(string Entity, string Explanation);
