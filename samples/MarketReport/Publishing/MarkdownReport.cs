using System.Text;
using MarketReport.Charts;
using MarketReport.Facts;

namespace MarketReport.Publishing;

/// <summary>Renders a report as Markdown. Charts stand there as the tables they show.</summary>
internal static class MarkdownReport
{
    private const string HtmlFile = "report.html";

    public static string Render(ReportDocument document)
    {
        var markdown = new StringBuilder();
        Line(markdown, $"# {MarkdownText.Plain(document.Title)}");
        Line(markdown, MarkdownText.Plain(document.Subtitle));
        Line(markdown, $"*{MarkdownText.Plain(document.GeneratedBy)}*");
        if (document.Highlights.Count > 0)
        {
            Line(markdown, string.Join('\n', document.Highlights.Select(static fact => $"- **{MarkdownText.Plain(fact.Text)}**: {MarkdownText.Plain(fact.Label)}")));
        }

        foreach (var section in document.Sections)
        {
            Section(markdown, document, section);
        }

        Line(markdown, "## Method and limits");
        Line(markdown, string.Join('\n', document.MethodNotes.Append(LeftOutText.Of(document)).OfType<string>().Select(static note => $"- {MarkdownText.Plain(note)}")));
        Line(markdown, $"*{MarkdownText.Plain(document.DataSource)}*");
        return markdown.ToString().TrimEnd('\n') + "\n";
    }

    private static void Section(StringBuilder markdown, ReportDocument document, ReportSection section)
    {
        Line(markdown, $"## {MarkdownText.Plain(section.Title)}");
        if (section.Paragraphs.Count > 0)
        {
            Line(markdown, ProseHtml.Joined(section.Paragraphs));
        }

        foreach (var chart in section.ChartIds.Select(id => document.Charts.First(chart => chart.Id == id)))
        {
            Chart(markdown, chart);
        }

        foreach (var table in section.Tables)
        {
            Line(markdown, $"### {MarkdownText.Plain(table.Title)}");
            Table(markdown, table);
        }
    }

    private static void Chart(StringBuilder markdown, Chart chart)
    {
        Line(markdown, $"### Chart: {MarkdownText.Plain(chart.Title)}");
        Line(markdown, $"Drawn in [{HtmlFile}]({HtmlFile}#{chart.Id}); its figures:");
        Table(markdown, chart.Data);
    }

    private static void Table(StringBuilder markdown, FactTable table)
    {
        var lines = new List<string>
        {
            $"| {string.Join(" | ", table.Columns.Select(MarkdownText.Plain))} |",
            $"|{string.Join('|', Enumerable.Range(0, table.Columns.Count).Select(column => NumericColumns.Has(table, column) ? "---:" : "---"))}|",
        };
        lines.AddRange(table.Rows.Select(static row => $"| {string.Join(" | ", row.Select(static cell => MarkdownText.Plain(cell.Text)))} |"));
        Line(markdown, string.Join('\n', lines));
        if (table.Note.Length > 0)
        {
            Line(markdown, $"*{MarkdownText.Plain(table.Note)}*");
        }
    }

    private static void Line(StringBuilder markdown, string text) => markdown.Append(text).Append("\n\n");
}
