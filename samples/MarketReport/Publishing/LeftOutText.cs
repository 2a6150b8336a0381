namespace MarketReport.Publishing;

/// <summary>Says what of a model's text is missing, without repeating it: its figures have no place in a report.</summary>
internal static class LeftOutText
{
    public static string? Of(ReportDocument document)
    {
        var sections = document.Sections
            .Where(static section => section.LeftOutSentences.Count > 0)
            .Select(static section => $"{section.Title} {section.LeftOutSentences.Count}")
            .ToList();
        return sections.Count == 0
            ? null
            : $"Sentences left out of the prose, because they held a figure that was not computed from the data or a placeholder of no fact: {string.Join(", ", sections)}.";
    }
}
