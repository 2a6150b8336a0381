namespace MarketReport.Facts;

/// <summary>An average weighted by size: over how many entities of how many, and which part of the known size they have.</summary>
internal sealed record Average(double Value, int Entities, int Of, double CoveredSize);
