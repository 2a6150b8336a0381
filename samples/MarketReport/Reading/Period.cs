using System.Globalization;

namespace MarketReport.Reading;

/// <summary>A year, or a part of one: the part is a month (05), day (05-31), quarter (Q2), half (H1) or week (W22), and empty for a whole year.</summary>
internal readonly record struct Period(int Year, string Part)
{
    private const int MonthLength = 2;

    public bool IsWholeYear => Part.Length == 0;

    /// <summary>Gets the month of a month or day; empty for anything else.</summary>
    public string Month =>
        (Part.Length == MonthLength || (Part.Length > MonthLength && Part[MonthLength] == '-')) && int.TryParse(Part.AsSpan(0, MonthLength), NumberStyles.None, CultureInfo.InvariantCulture, out var month) && month is >= 1 and <= 12
            ? Part[..MonthLength]
            : "";
}
