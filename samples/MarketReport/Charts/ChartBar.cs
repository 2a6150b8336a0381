namespace MarketReport.Charts;

/// <summary>A bar and the figure written at its end.</summary>
internal sealed record ChartBar(string Label, double Value, string Text, bool Highlighted);
