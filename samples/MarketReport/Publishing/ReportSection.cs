using MarketReport.Facts;
using MarketReport.Writing;

namespace MarketReport.Publishing;

/// <summary>A section: its prose, and the tables and charts that go with it.</summary>
internal sealed record ReportSection(
    string Id,
    string Title,
    IReadOnlyList<string> Paragraphs,
    IReadOnlyList<FactTable> Tables,
    IReadOnlyList<string> ChartIds,
    IReadOnlyList<LeftOutSentence> LeftOutSentences);
