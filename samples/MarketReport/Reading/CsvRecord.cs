namespace MarketReport.Reading;

/// <summary>The fields of a record and the line it ends on.</summary>
internal sealed record CsvRecord(int Line, IReadOnlyList<string> Fields);
