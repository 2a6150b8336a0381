namespace MarketReport.Reading;

/// <summary>An entity that stays out of sums and ranks.</summary>
internal sealed record LeftOutEntity(string Entity, LeftOutReason Reason, string Explanation);
