namespace MarketReport.Reading;

/// <summary>A number as a cell writes it.</summary>
/// <param name="Value">The number; a magnitude such as "M" is multiplied in.</param>
/// <param name="Currency">The currency or unit beside it; empty if there is none.</param>
/// <param name="IsPercent">Whether it is a percentage.</param>
internal readonly record struct NumberCell(double Value, string Currency, bool IsPercent);
