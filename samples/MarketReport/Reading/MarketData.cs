namespace MarketReport.Reading;

/// <summary>What was read from a file: one row per entity and year, and everything that was left out of it.</summary>
internal sealed record MarketData
{
    public required string FileName { get; init; }

    public required string EntityColumn { get; init; }

    public required string EntityLabel { get; init; }

    public required string PeriodColumn { get; init; }

    public required IReadOnlyList<Measure> Measures { get; init; }

    /// <summary>All rows, those of left-out entities too, ordered by entity and year.</summary>
    public required IReadOnlyList<MarketRow> Rows { get; init; }

    public required IReadOnlyList<LeftOutEntity> LeftOut { get; init; }

    /// <summary>Entities that count, though they may be totals over others.</summary>
    public required IReadOnlyList<DoubtfulEntity> Doubtful { get; init; }

    public required IReadOnlyList<RejectedLine> RejectedLines { get; init; }

    public required int AcceptedLineCount { get; init; }

    /// <summary>Whether the file gives shares as fractions of one; here they are in percent all the same.</summary>
    public required bool SharesWereFractions { get; init; }

    /// <summary>What a reader of the report must know of how the file was read.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
