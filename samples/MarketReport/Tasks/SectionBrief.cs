using System.ComponentModel;
using MarketReport.Facts;

namespace MarketReport.Tasks;

/// <summary>What a section is to be written from.</summary>
internal sealed record SectionBrief(
    [property: Description("market_overview, competitor_analysis, trends_analysis or recommendations")] string Section,
    [property: Description("the output of the analysis that computes the facts of this section")] FactSheet Facts);
