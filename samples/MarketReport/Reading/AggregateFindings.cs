namespace MarketReport.Reading;

/// <summary>The entities taken for totals over others, and those that may be totals but count as markets.</summary>
internal sealed record AggregateFindings(IReadOnlyList<LeftOutEntity> LeftOut, IReadOnlyList<DoubtfulEntity> Doubtful);
