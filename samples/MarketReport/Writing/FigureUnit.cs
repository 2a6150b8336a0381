namespace MarketReport.Writing;

internal enum FigureUnit
{
    None,
    Percent,
    PercentagePoints,
}
