namespace MarketReport.Reading;

/// <summary>A numeric column: the size of the market, the share of a competitor or any other measure.</summary>
internal sealed record Measure(string Name, string Label, string Unit, MeasureRole Role, bool WholeNumbers, int MissingCount);
