using System.ComponentModel;
using MarketReport.Charts;
using MarketReport.Reading;

namespace MarketReport.Tasks;

/// <summary>All that a report consists of.</summary>
internal sealed record AssemblyParts(
    [property: Description("the output of collect_data")] MarketData Data,
    [property: Description("the outputs of write_section, one for each required section")] IReadOnlyList<WrittenSection> Sections,
    [property: Description("the output of generate_charts")] IReadOnlyList<Chart> Charts);
