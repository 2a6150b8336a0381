using MarketReport.Charts;
using MarketReport.Facts;

namespace MarketReport.Publishing;

/// <summary>A finished report, before it takes a format.</summary>
internal sealed record ReportDocument
{
    public required string Title { get; init; }

    public required string Subtitle { get; init; }

    /// <summary>Who wrote the prose, such as "No model was used: …".</summary>
    public required string GeneratedBy { get; init; }

    public IReadOnlyList<Fact> Highlights { get; init; } = [];

    public required IReadOnlyList<ReportSection> Sections { get; init; }

    public required IReadOnlyList<Chart> Charts { get; init; }

    public required IReadOnlyList<string> MethodNotes { get; init; }

    public required string DataSource { get; init; }
}
