namespace MarketReport.Facts;

/// <summary>The facts on how the size of the market changed, which several analyses tell.</summary>
internal static class SizeGrowth
{
    public static void Add(FactSheetBuilder sheet, Market market)
    {
        if (market.ChangeOf(market.Size) is not { } change)
        {
            return;
        }

        var label = market.SizeMeasure.Adds ? market.SizeMeasure.Label : FigureText.Combined(market.SizeMeasure);
        sheet.Year("size_base_year", $"year from which the growth of {label} is counted", change.From);
        sheet.Whole("size_growth_years", $"number of years the growth of {label} covers", change.To - change.From);
        sheet.Whole("size_growth_entities", $"number of entities present in both {change.From} and {change.To}", change.Entities);
        sheet.Amount("size_base_total", $"{label} in {change.From} of entities present at both ends", change.Base, market.SizeMeasure);
        sheet.Amount("size_last_total", $"{label} in {change.To} of entities present at both ends", change.Last, market.SizeMeasure);
        sheet.Growth("size_growth", $"change of {label} from {change.From} to {change.To}", change);
        sheet.SignedPercent("size_growth_per_year", $"change of {label} per year, compound", change.PercentPerYear);
    }
}
