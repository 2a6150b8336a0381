namespace MarketReport.Reading;

/// <summary>One accepted line: an entity's values in a period.</summary>
internal sealed record Observation(CsvRecord Record, string Entity, Period Period, double?[] Values);
