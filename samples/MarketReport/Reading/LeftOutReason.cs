namespace MarketReport.Reading;

internal enum LeftOutReason
{
    Named,
    AggregateBySize,
}
