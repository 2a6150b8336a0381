using MarketReport.Models;

namespace MarketReport;

/// <summary>What the command line asks for. The host's business: a model that plans sees none of the paths.</summary>
internal sealed record ReportSettings(
    string Topic,
    string DataFile,
    string? DataSource,
    IReadOnlyList<string> Excluded,
    IReadOnlyList<string> Included,
    string OutputFolder,
    int MaxParallelism,
    ModelChoice Model)
{
    /// <summary>The sections of every report, in their order.</summary>
    public static IReadOnlyList<string> Sections { get; } = ["market_overview", "competitor_analysis", "trends_analysis", "recommendations"];
}
