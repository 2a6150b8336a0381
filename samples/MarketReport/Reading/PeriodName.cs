namespace MarketReport.Reading;

/// <summary>What the name of a column says of its being the period.</summary>
internal enum PeriodName
{
    None,

    /// <summary>It holds dates or parts of a year.</summary>
    Date,

    /// <summary>It holds years, which may be old ones.</summary>
    Year,
}
