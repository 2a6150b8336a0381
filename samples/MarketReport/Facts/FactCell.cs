namespace MarketReport.Facts;

/// <summary>A cell of a table: its text, and the number it shows unless it is a name or unknown.</summary>
internal sealed record FactCell(string Text, double? Value);
