namespace MarketReport.Facts;

/// <summary>The facts on how a competitor's share changed, which several analyses tell.</summary>
internal static class ShareChanges
{
    public static void Add(FactSheetBuilder sheet, Competitor competitor, Change? change)
    {
        if (change is null)
        {
            return;
        }

        sheet.Percent($"{competitor.Id}_share_base", $"share of {competitor.Label} in {change.From}, of entities present at both ends", change.Base);
        sheet.Percent($"{competitor.Id}_share_end", $"share of {competitor.Label} in {change.To}, of entities present at both ends", change.Last);
        sheet.Points($"{competitor.Id}_share_change", $"change of the share of {competitor.Label} from {change.From} to {change.To}, over {FigureText.Entities(change.Entities)}", change.Difference);
    }
}
