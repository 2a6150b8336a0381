namespace MarketReport.Facts;

/// <summary>A computed figure or name, and how prose writes it. A name has no value.</summary>
internal sealed record Fact(string Id, string Label, double? Value, string Text);
