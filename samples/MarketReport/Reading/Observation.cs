namespace MarketReport.Reading;

/// <summary>One accepted line: an entity's values in a period.</summary>
internal sealed record Observation(int Line, string Entity, Period Period, double?[] Values);
