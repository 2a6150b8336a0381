namespace MarketReport.Charts;

/// <summary>A line through the years; a year without a point leaves a gap.</summary>
internal sealed record ChartLine(string Label, IReadOnlyList<(int Year, double? Value)> Points, bool Highlighted);
