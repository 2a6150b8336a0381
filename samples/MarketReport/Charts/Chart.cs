using MarketReport.Facts;

namespace MarketReport.Charts;

/// <summary>A chart as SVG, and the figures it shows as a table.</summary>
internal sealed record Chart(string Id, string Title, string AltText, string Svg, FactTable Data);
