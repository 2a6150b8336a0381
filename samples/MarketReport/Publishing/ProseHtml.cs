using Markdig;

namespace MarketReport.Publishing;

/// <summary>Turns prose into HTML that holds paragraphs, lists and emphasis and nothing else.</summary>
internal static class ProseHtml
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().DisableHeadings().Build();

    public static string Of(IReadOnlyList<string> paragraphs) =>
        Markdown.ToHtml(Joined(paragraphs), Pipeline);

    /// <summary>Items of one list follow one another directly; everything else is set apart.</summary>
    public static string Joined(IReadOnlyList<string> paragraphs)
    {
        var lines = new List<string>();
        var inList = false;
        foreach (var paragraph in paragraphs.Where(static paragraph => !string.IsNullOrWhiteSpace(paragraph)).Select(MarkdownText.Prose))
        {
            var isItem = IsItem(paragraph);
            if (lines.Count > 0 && !(isItem && inList))
            {
                lines.Add("");
            }

            lines.Add(paragraph);
            inList = isItem;
        }

        return string.Join('\n', lines);
    }

    private static bool IsItem(string paragraph) =>
        paragraph.StartsWith("- ", StringComparison.Ordinal)
        || (paragraph.IndexOf(". ", StringComparison.Ordinal) is > 0 and < 3 and var dot && paragraph[..dot].All(char.IsAsciiDigit));
}
