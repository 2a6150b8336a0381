namespace MarketReport.Facts;

/// <summary>One that competes for the market: a share column, or an entity where there are none.</summary>
internal sealed record Competitor(string Id, string Label, int Measure, string? Entity);
