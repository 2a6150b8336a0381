using MarketReport.Models;
using MarketReport.Reading;

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
    /// <summary>The file that remembers durable runs.</summary>
    public const string RunsFile = "runs.db";

    /// <summary>The columns that the command line names.</summary>
    public ColumnChoice Columns { get; init; } = ColumnChoice.None;

    /// <summary>Whether the run starts while the plan is being written; <see langword="null"/> for what suits the model.</summary>
    public bool? Streams { get; init; }

    /// <summary>Whether the run is remembered.</summary>
    public bool IsDurable { get; init; }

    /// <summary>The PostgreSQL database that remembers the run in place of a file.</summary>
    public string? Postgres { get; init; }

    /// <summary>The run to go on with.</summary>
    public string? Resumes { get; init; }

    /// <summary>Whether the run starts while the plan is being written. The offline rules write a plan at once, and a durable run starts with all of its plan.</summary>
    public bool StartsEarly => Resumes is null && !IsDurable && (Streams ?? Model.OpenAIName is not null);

    /// <summary>The sections of every report, in their order.</summary>
    public static IReadOnlyList<string> Sections { get; } = ["market_overview", "competitor_analysis", "trends_analysis", "recommendations"];
}
