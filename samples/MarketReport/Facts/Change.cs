namespace MarketReport.Facts;

/// <summary>A quantity at two ends, over the same entities.</summary>
internal sealed record Change(int From, int To, int Entities, double Base, double Last)
{
    public double Difference => Last - Base;

    public double? Percent => Base > 0 ? (Last / Base - 1) * 100 : null;

    public double? PercentPerYear => Base > 0 && Last > 0 && To > From ? (Math.Pow(Last / Base, 1.0 / (To - From)) - 1) * 100 : null;
}
