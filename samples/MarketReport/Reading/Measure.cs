namespace MarketReport.Reading;

/// <summary>A numeric column: the size of the market, the share of a competitor or any other measure.</summary>
/// <param name="Name">The name of the column.</param>
/// <param name="Label">The name in words, without the unit.</param>
/// <param name="Unit">The unit; empty if none is known.</param>
/// <param name="Role">What it is to the market.</param>
/// <param name="Adds">Whether its values add up over rows and entities; otherwise they are averaged.</param>
/// <param name="WholeNumbers">Whether all of its values are whole numbers.</param>
/// <param name="MissingCount">How many rows lack it.</param>
internal sealed record Measure(string Name, string Label, string Unit, MeasureRole Role, bool Adds, bool WholeNumbers, int MissingCount);
