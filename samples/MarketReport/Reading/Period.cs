namespace MarketReport.Reading;

/// <summary>A year, or a part of one: the part names the month, quarter, week or day, and is empty for a whole year.</summary>
internal readonly record struct Period(int Year, string Part)
{
    public bool IsWholeYear => Part.Length == 0;
}
