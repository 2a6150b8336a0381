namespace MarketReport.Reading;

/// <summary>The size of an entity in a year as a part of the sum of the others.</summary>
internal sealed record SizeComparison(int Year, double Ratio, int Others);
