namespace MarketReport.Writing;

/// <summary>A number as a text states it: what it is worth, in which unit, and whether it bears a sign.</summary>
internal sealed record Figure(string Text, decimal Value, FigureUnit Unit, bool HasSign);
