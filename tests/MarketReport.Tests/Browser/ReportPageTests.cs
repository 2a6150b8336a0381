using AgentOrchestration;
using Microsoft.Playwright;

namespace MarketReport.Tests.Browser;

public sealed class ReportPageTests
{
    private const int Desktop = 1280;
    private const int Phone = 375;

    /// <summary>The width of a sheet without its margins, in pixels.</summary>
    private const int A4 = 688;

    private const string LongNamesAndLosses = """
        very_long_name_of_a_region,year,revenue_in_thousands,margin
        The United Kingdom of Great Britain and Northern Ireland,2018,900,4
        The United Kingdom of Great Britain and Northern Ireland,2023,300,5
        Aland,2018,120,3
        Aland,2023,980,2
        Bosnia and Herzegovina,2018,410,1
        Bosnia and Herzegovina,2023,402,
        Western Approaches Trading Area,2018,505,7
        Western Approaches Trading Area,2023,404,8
        """;

    private const string OneYear = """
        maker,year,units,wood_share,steel_share
        One,2024,12000000,10.5,89.5
        Two,2024,9000000,60,40
        Three,2024,100,,12
        """;

    /// <summary>Texts that leave their chart, and pairs that lie on one another by more than a pixel both ways.</summary>
    private const string BadTexts = """
        charts => charts.flatMap(chart => {
          const frame = chart.getBoundingClientRect();
          const texts = [...chart.querySelectorAll('text')].filter(text => text.textContent.trim())
            .map(text => ({ name: text.textContent, box: text.getBoundingClientRect() }));
          const outside = texts.filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
          const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
          const pairs = texts.flatMap((a, index) => texts.slice(index + 1).filter(b => overlap(a.box, b.box)).map(b => `${a.name} lies on ${b.name}`));
          return [...outside.map(text => `${text.name} is outside`), ...pairs];
        })
        """;

    public static TheoryData<int, string?> WindowsAndData => new MatrixTheoryData<int, string?>([Desktop, Phone], [null, LongNamesAndLosses, OneYear]);

    [Fact(Explicit = true)]
    public async Task The_page_loads_from_its_file_and_asks_for_nothing_else()
    {
        await using ReportPage report = await ReportPage.OpenAsync(Desktop);

        Assert.Equal([report.Address], report.Requests);
        Assert.Empty(report.Complaints);
        Assert.Equal("Battery-electric cars in Europe", await report.Page.TitleAsync());
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(WindowsAndData))]
    public async Task Every_chart_is_seen_with_its_texts_inside_and_apart(int width, string? csv)
    {
        await using ReportPage report = await ReportPage.OpenAsync(width, csv);
        ILocator charts = report.Page.Locator("figure svg");

        Assert.InRange(await charts.CountAsync(), 4, 6);
        foreach (ILocator chart in await charts.AllAsync())
        {
            Assert.True(await chart.IsVisibleAsync());
            Assert.True(await chart.Locator("text").CountAsync() > 1);
        }

        Assert.Empty(await charts.EvaluateAllAsync<string[]>(BadTexts));
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(WindowsAndData))]
    public async Task The_page_does_not_scroll_sideways(int width, string? csv)
    {
        await using ReportPage report = await ReportPage.OpenAsync(width, csv);

        Assert.Equal(width, await WidthOfAsync(report));

        await report.Page.EvaluateAsync("document.querySelectorAll('details').forEach(details => details.open = true)");
        Assert.Equal(width, await WidthOfAsync(report));
    }

    [Fact(Explicit = true)]
    public async Task The_sections_follow_one_another_and_the_links_lead_to_them()
    {
        await using ReportPage report = await ReportPage.OpenAsync(Phone);
        IReadOnlyList<ILocator> headings = await report.Page.Locator("h2").AllAsync();
        List<float> tops = [];
        foreach (ILocator heading in headings)
        {
            tops.Add((await heading.BoundingBoxAsync())!.Y);
        }

        Assert.Equal(
            ["Market overview", "Competitor analysis", "Trends analysis", "Recommendations", "Method and limits", "How this report was made"],
            await report.Page.Locator("h2").AllTextContentsAsync());
        Assert.Equal(tops.Order(), tops);

        await report.Page.Locator("nav a", new PageLocatorOptions { HasTextString = "Recommendations" }).ClickAsync();

        Assert.InRange((await report.Page.Locator("#recommendations h2").BoundingBoxAsync())!.Y, -1, 100);
    }

    [Fact(Explicit = true)]
    public async Task On_paper_the_charts_stay_and_what_is_for_clicking_goes()
    {
        await using ReportPage report = await ReportPage.OpenAsync(Desktop);

        await report.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });

        Assert.False(await report.Page.Locator("nav").IsVisibleAsync());
        Assert.False(await report.Page.Locator("summary").First.IsVisibleAsync());
        Assert.All(await report.Page.Locator("figure svg").AllAsync(), chart => Assert.True(chart.IsVisibleAsync().GetAwaiter().GetResult()));
        Assert.Empty(await report.Page.Locator("figure svg").EvaluateAllAsync<string[]>(BadTexts));
    }

    [Theory(Explicit = true)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(16)]
    public async Task On_paper_a_wide_table_stays_on_the_page(int measures)
    {
        string header = "harbour,year,boats" + string.Concat(Enumerable.Range(1, measures).Select(number => $",average_length_of_kind_{number}_in_metres"));
        string rows = string.Concat(Enumerable.Range(1, 12).Select(harbour =>
            $"Harbour of the long name {harbour},2020,{harbour * 123456}{string.Concat(Enumerable.Range(1, measures).Select(number => $",{number * 1234567}.5"))}\n"));
        await using ReportPage report = await ReportPage.OpenAsync(A4, header + "\n" + rows);

        await report.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });

        Assert.All(await report.Page.Locator("section > .scroll table").AllAsync(), table => Assert.InRange(table.BoundingBoxAsync().GetAwaiter().GetResult()!.Width, 0, A4));
        Assert.Equal(A4, await WidthOfAsync(report));
    }

    [Fact(Explicit = true)]
    public async Task A_reader_who_likes_it_dark_still_reads_dark_on_white()
    {
        await using ReportPage report = await ReportPage.OpenAsync(Desktop);

        await report.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });

        Assert.Equal("rgb(255, 255, 255)", await report.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal("rgb(31, 41, 55)", await report.Page.EvaluateAsync<string>("getComputedStyle(document.body).color"));
    }

    private static Task<int> WidthOfAsync(ReportPage report) => report.Page.EvaluateAsync<int>("document.scrollingElement.scrollWidth");
}
