using System.Net;
using System.Text;
using MarketReport.Charts;
using MarketReport.Facts;

namespace MarketReport.Publishing;

/// <summary>Renders a report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.</summary>
internal static class HtmlReport
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

    private const int LongText = 40;
    private const int ManyColumns = 7;

    /// <param name="document">The report.</param>
    /// <param name="run">How it was made; left out if null.</param>
    public static string Render(ReportDocument document, RunSection? run = null)
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"").Append(Policy).Append("\">\n")
            .Append("<meta name=\"referrer\" content=\"no-referrer\">\n")
            .Append("<title>").Append(Text(document.Title)).Append("</title>\n<style>\n").Append(HtmlStyle.Css).Append("</style>\n</head>\n<body>\n");
        Header(html, document, run);
        html.Append("<main>\n");
        foreach (var section in document.Sections)
        {
            Section(html, document, section);
        }

        Method(html, document);
        if (run is not null)
        {
            Run(html, run);
        }

        html.Append("</main>\n<footer><p>").Append(Text(document.DataSource)).Append("</p></footer>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void Header(StringBuilder html, ReportDocument document, RunSection? run)
    {
        html.Append("<header>\n<h1>").Append(Text(document.Title)).Append("</h1>\n<p class=\"subtitle\">").Append(Text(document.Subtitle))
            .Append("</p>\n<p class=\"generated\">").Append(Text(document.GeneratedBy)).Append("</p>\n");
        if (document.Highlights.Count > 0)
        {
            html.Append("<dl class=\"highlights\">\n");
            foreach (var fact in document.Highlights)
            {
                html.Append("<div><dt>").Append(Text(FigureText.Capitalized(fact.Label))).Append("</dt><dd>").Append(Text(fact.Text)).Append("</dd></div>\n");
            }

            html.Append("</dl>\n");
        }

        html.Append("<nav aria-label=\"Sections\"><ol>");
        foreach (var section in document.Sections)
        {
            html.Append("<li><a href=\"#").Append(Text(section.Id)).Append("\">").Append(Text(section.Title)).Append("</a></li>");
        }

        html.Append("<li><a href=\"#method\">Method and limits</a></li>");
        if (run is not null)
        {
            html.Append("<li><a href=\"#").Append(RunSection.Id).Append("\">").Append(RunSection.Title).Append("</a></li>");
        }

        html.Append("</ol></nav>\n</header>\n");
    }

    private static void Section(StringBuilder html, ReportDocument document, ReportSection section)
    {
        html.Append("<section id=\"").Append(Text(section.Id)).Append("\">\n<h2>").Append(Text(section.Title)).Append("</h2>\n");
        if (section.Paragraphs.Count > 0)
        {
            html.Append("<div class=\"prose\">\n").Append(ProseHtml.Of(section.Paragraphs)).Append("</div>\n");
        }

        foreach (var chart in section.ChartIds.Select(id => document.Charts.First(chart => chart.Id == id)))
        {
            Figure(html, chart);
        }

        foreach (var table in section.Tables)
        {
            html.Append("<h3>").Append(Text(table.Title)).Append("</h3>\n");
            Table(html, table);
        }

        html.Append("</section>\n");
    }

    private static void Figure(StringBuilder html, Chart chart)
    {
        html.Append("<figure id=\"").Append(Text(chart.Id)).Append("\">\n<figcaption>").Append(Text(chart.Title)).Append("</figcaption>\n")
            .Append("<div class=\"chart\">").Append(chart.Svg).Append("</div>\n<details><summary>Figures of this chart</summary>\n");
        Table(html, chart.Data);
        html.Append("</details>\n</figure>\n");
    }

    private static void Table(StringBuilder html, FactTable table)
    {
        var numeric = Enumerable.Range(0, table.Columns.Count).Select(column => NumericColumns.Has(table, column)).ToList();
        html.Append("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"").Append(Text(table.Title)).Append("\"><table").Append(WidthClass(table.Columns.Count)).Append(">\n<thead><tr>");
        for (var column = 0; column < table.Columns.Count; column++)
        {
            html.Append(numeric[column] ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">").Append(Text(table.Columns[column])).Append("</th>");
        }

        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            html.Append("<tr>");
            for (var column = 0; column < row.Count; column++)
            {
                var start = numeric[column] ? "<td class=\"number\">" : row[column].Text.Length > LongText ? "<td class=\"long\">" : "<td>";
                html.Append(start).Append(Text(row[column].Text)).Append("</td>");
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody></table></div>\n");
        if (table.Note.Length > 0)
        {
            html.Append("<p class=\"note\">").Append(Text(table.Note)).Append("</p>\n");
        }
    }

    /// <summary>On paper nothing scrolls: a table with many columns is set smaller.</summary>
    private static string WidthClass(int columns) => columns > ManyColumns ? " class=\"wide\"" : "";

    private static void Method(StringBuilder html, ReportDocument document)
    {
        html.Append("<section id=\"method\">\n<h2>Method and limits</h2>\n<ul class=\"method\">\n");
        foreach (var note in document.MethodNotes.Append(LeftOutText.Of(document)).OfType<string>())
        {
            html.Append("<li>").Append(Text(note)).Append("</li>\n");
        }

        html.Append("</ul>\n</section>\n");
    }

    private static void Run(StringBuilder html, RunSection run)
    {
        html.Append("<section id=\"").Append(RunSection.Id).Append("\">\n<h2>").Append(RunSection.Title).Append("</h2>\n<p class=\"prose\">").Append(Text(run.Text)).Append("</p>\n");
        foreach (var chart in run.Charts)
        {
            Figure(html, chart);
        }

        html.Append("</section>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(VisibleText.Line(text));
}
