using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using MarketReport.Publishing;
using MarketReport.Tests.Facts;
using MarketReport.Writing;

namespace MarketReport.Tests.Publishing;

public sealed class ReportTests
{
    private const string Hostile = "<script>alert(1)</script> <img src=x onerror=alert(1)> [click](javascript:alert(1)) ![x](http://evil.test/x.png) <https://evil.test> "
        + "https://evil.test/y `<b>` &lt;i&gt; \\[a\\](javascript:alert(2)) [r]: javascript:alert(3)";

    private static readonly string[] HostileBlocks =
    [
        Hostile,
        "# A heading",
        "<div onclick=alert(1)>\n\n<style>body{display:none}</style>",
        "- <svg onload=alert(1)>",
        "1. [a][r]",
        "> <iframe src=x>",
        "```html\n<script>alert(1)</script>\n```",
        "    <script>alert(1)</script>",
        "Text\n===\n",
        "| a | b |\n|---|---|\n| <b> | [x](data:text/html,x) |",
    ];

    [Fact]
    public void The_page_needs_nothing_else_and_runs_nothing()
    {
        var page = Page(Reported.Sample().Document);

        Assert.Empty(page.QuerySelectorAll("script, link, iframe, object, embed, img, base, form"));
        Assert.DoesNotContain(page.All.SelectMany(static element => element.Attributes), static attribute => attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase));
        Assert.All(page.QuerySelectorAll("[href]"), static element => Assert.StartsWith("#", element.GetAttribute("href"), StringComparison.Ordinal));
        Assert.Contains("default-src 'none'", page.QuerySelector("meta[http-equiv=Content-Security-Policy]")!.GetAttribute("content"), StringComparison.Ordinal);
        Assert.DoesNotContain("@import", page.QuerySelector("style")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page.QuerySelector("style")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_has_every_section_chart_and_table()
    {
        var document = Reported.Sample().Document;
        var page = Page(document);

        Assert.Equal(
            ["market_overview", "competitor_analysis", "trends_analysis", "recommendations", "method"],
            page.QuerySelectorAll("main > section").Select(static section => section.Id));
        Assert.All(page.QuerySelectorAll("nav a"), link => Assert.NotNull(page.QuerySelector(link.GetAttribute("href")!)));
        Assert.Equal(document.Charts.Select(static chart => chart.Id), page.QuerySelectorAll("figure").Select(static figure => figure.Id));
        Assert.Equal(document.Charts.Count, page.QuerySelectorAll("figure svg[role=img]").Length);
        Assert.Equal(
            document.Sections.Sum(static section => section.Tables.Count) + document.Charts.Count,
            page.QuerySelectorAll("table").Length);
        Assert.Equal(document.MethodNotes.Count, page.QuerySelectorAll("#method li").Length);
        Assert.Single(page.QuerySelectorAll("h1"));
        Assert.Equal(page.QuerySelectorAll("[id]").Length, page.QuerySelectorAll("[id]").Select(static element => element.Id).Distinct().Count());
    }

    [Fact]
    public void Every_cell_stands_in_the_page_and_numbers_are_aligned_right()
    {
        var document = Reported.Sample().Document;
        var page = Page(document);
        var table = document.Sections[0].Tables[0];
        var shown = page.QuerySelectorAll("#market_overview table")[1];

        Assert.Equal(table.Rows.SelectMany(static row => row).Select(static cell => cell.Text), shown.QuerySelectorAll("td").Select(static cell => cell.TextContent));
        Assert.Equal("number", shown.QuerySelectorAll("td")[2].ClassName);
        Assert.NotEqual("number", shown.QuerySelectorAll("td")[1].ClassName);
    }

    [Fact]
    public void Who_wrote_the_prose_the_source_and_the_left_out_sentences_are_told()
    {
        var report = Reported.Sample();
        var prose = report.Sheets.ToDictionary(
            static sheet => sheet.Id,
            sheet => Prose.Fill("Norway leads. By 2077 it will be 98.7 %.", report.Facts.Values));
        var document = ReportComposer.Compose(report.Data, "A topic", report.Sheets, report.Charts, prose, "No model was used: sentences by rule.", "Source: somebody (CC BY)");

        foreach (var text in new[] { Page(document).Body!.TextContent, MarkdownReport.Render(document) })
        {
            Assert.Contains("No model was used: sentences by rule.", text, StringComparison.Ordinal);
            Assert.Contains("european-cars.csv. Source: somebody (CC BY).", text, StringComparison.Ordinal);
            Assert.Contains("Market overview 1, Competitor analysis 1, Trends analysis 1, Recommendations 1", text, StringComparison.Ordinal);
            Assert.DoesNotContain("2077", text, StringComparison.Ordinal);
            Assert.Contains("Europe (taken for a total over others", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Hostile_prose_becomes_text()
    {
        var document = Reported.Sample().Document;
        document = document with { Sections = document.Sections.Select(static section => section with { Paragraphs = HostileBlocks }).ToList() };

        var page = Page(document);

        AssertHarmless(page);
        Assert.Contains("<script>alert(1)</script>", page.QuerySelector(".prose")!.TextContent, StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll(".prose h1, .prose h2, .prose pre, .prose table"));
    }

    [Fact]
    public void Hostile_names_titles_and_notes_become_text()
    {
        var document = Reported.Of($"\"<img src=x onerror=alert(1)>\",year,sales,\"<b>_share\"\n\"{Hostile}\",2019,5,5\n\"x|y*z*_a_\",2019,9,7\n\"C\",2019,<b>,7\n", Hostile).Document with { GeneratedBy = Hostile };

        AssertHarmless(Page(document));
    }

    [Fact]
    public void Markdown_shows_hostile_text_as_text()
    {
        var sample = Reported.Of($"country,year,sales,ev_share\n\"{Hostile}\",2019,5,5\n\"x|y*z*_a_\",2019,9,7\n", Hostile).Document;
        var document = sample with { Sections = sample.Sections.Select(static section => section with { Paragraphs = HostileBlocks }).ToList() };

        var rendered = new HtmlParser().ParseDocument(Markdig.Markdown.ToHtml(
            MarkdownReport.Render(document),
            new Markdig.MarkdownPipelineBuilder().UsePipeTablesAndLinks().Build()));

        Assert.Empty(rendered.QuerySelectorAll("script, img, iframe, svg, style, div, b, i"));
        Assert.All(rendered.QuerySelectorAll("a"), static link => Assert.StartsWith("report.html", link.GetAttribute("href"), StringComparison.Ordinal));
        Assert.Single(rendered.QuerySelectorAll("h1"));
        Assert.All(rendered.QuerySelectorAll("table"), static table => Assert.Single(table.QuerySelectorAll("tr").Select(static row => row.ChildElementCount).Distinct()));
    }

    [Fact]
    public void Markdown_holds_every_table_and_the_figures_of_every_chart()
    {
        var document = Reported.Sample().Document;
        var markdown = MarkdownReport.Render(document);

        Assert.All(document.Sections.SelectMany(static section => section.Tables).Concat(document.Charts.Select(static chart => chart.Data)), table =>
            Assert.All(table.Rows, row => Assert.Contains($"| {string.Join(" | ", row.Select(static cell => cell.Text))} |", markdown, StringComparison.Ordinal)));
        Assert.All(document.Charts, chart => Assert.Contains($"report.html#{chart.Id}", markdown, StringComparison.Ordinal));
    }

    [Fact]
    public void Lists_and_emphasis_of_prose_stay()
    {
        var document = Reported.Sample().Document;
        document = document with { Sections = [document.Sections[0] with { Paragraphs = ["Some **strong** text.", "- one", "- two", "1. first", "2. second", "End."] }] };

        var prose = Page(document).QuerySelector(".prose")!;

        Assert.Equal("strong", prose.QuerySelector("strong")!.TextContent);
        Assert.Equal(["one", "two"], prose.QuerySelectorAll("ul > li").Select(static item => item.TextContent.Trim()));
        Assert.Equal(["first", "second"], prose.QuerySelectorAll("ol > li").Select(static item => item.TextContent.Trim()));
        Assert.Equal("End.", prose.LastElementChild!.TextContent);
    }

    [Fact]
    public void Rendering_twice_gives_the_same()
    {
        Assert.Equal(HtmlReport.Render(Reported.Sample().Document), HtmlReport.Render(Reported.Sample().Document));
        Assert.Equal(MarkdownReport.Render(Reported.Sample().Document), MarkdownReport.Render(Reported.Sample().Document));
    }

    private static IDocument Page(ReportDocument document) => new HtmlParser().ParseDocument(HtmlReport.Render(document));

    private static void AssertHarmless(IDocument page)
    {
        Assert.Empty(page.QuerySelectorAll("script, img, iframe, object, b, i, body > div, .prose a, svg svg, .prose svg"));
        Assert.Single(page.QuerySelectorAll("style"));
        Assert.DoesNotContain(page.All.SelectMany(static element => element.Attributes), static attribute => Regex.IsMatch(attribute.Name, "^on", RegexOptions.IgnoreCase));
        Assert.All(page.QuerySelectorAll("[href]"), static element => Assert.StartsWith("#", element.GetAttribute("href"), StringComparison.Ordinal));
    }
}
