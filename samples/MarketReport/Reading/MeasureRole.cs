namespace MarketReport.Reading;

internal enum MeasureRole
{
    Size,
    Share,
    Other,
}
