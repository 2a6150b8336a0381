namespace MarketReport.Reading;

/// <summary>The kind of period that the name of a column indicates.</summary>
internal enum PeriodName
{
    None,

    /// <summary>It holds dates or parts of a year.</summary>
    Date,

    /// <summary>It holds years, which may be old ones.</summary>
    Year,
}
