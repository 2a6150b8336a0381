using MarketReport.Tests.Application;
using Microsoft.Playwright;

namespace MarketReport.Tests.Browser;

/// <summary>A finished report, opened from its file in a browser.</summary>
internal sealed class ReportPage : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";

    private readonly ReportRun _run;
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private ReportPage(ReportRun run, IPlaywright playwright, IBrowser browser, IPage page)
    {
        _run = run;
        _playwright = playwright;
        _browser = browser;
        Page = page;
        page.Request += (_, request) => Requests.Add(request.Url);
        page.Console += (_, message) => Complaints.Add(message.Text);
        page.PageError += (_, error) => Complaints.Add(error);
    }

    public IPage Page { get; }

    /// <summary>Everything the page asked for.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>What the page wrote to the console, and errors of scripts.</summary>
    public List<string> Complaints { get; } = [];

    public string Address => new Uri(Path.Combine(_run.Output, "report.html")).AbsoluteUri;

    /// <param name="width">The width of the window in pixels.</param>
    /// <param name="csv">The data; those of the sample if null.</param>
    public static async Task<ReportPage> OpenAsync(int width, string? csv = null)
    {
        Assert.True(File.Exists(Chromium), $"There is no browser at {Chromium}: apt-get install chromium.");
        var run = new ReportRun();
        Assert.Equal(ExitCode.Success, await run.RunAsync(csv is null ? [] : ["--data", await WriteAsync(run, csv)]));
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
        });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        var opened = new ReportPage(run, playwright, browser, page);
        await page.GotoAsync(opened.Address);
        return opened;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _run.DisposeAsync();
    }

    private static async Task<string> WriteAsync(ReportRun run, string csv)
    {
        string file = Path.Combine(run.Folder, "data.csv");
        await File.WriteAllTextAsync(file, csv, TestContext.Current.CancellationToken);
        return file;
    }
}
