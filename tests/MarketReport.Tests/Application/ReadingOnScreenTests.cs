namespace MarketReport.Tests.Application;

/// <summary>What the terminal says of how a file was read.</summary>
public sealed class ReadingOnScreenTests
{
    [Fact]
    public async Task The_columns_and_every_line_that_is_in_no_total_are_named()
    {
        await using var run = new ReportRun();
        string data = await WriteAsync(run, "code,shop,date,amount\n3,N,2020-02-30,5\n4,N,2021-06-01,\n5,N,2020-01-31,6\n6,S,2020-01-31,7\n7,S,2021-01-31,8\n");

        Assert.Equal(ExitCode.Success, await run.RunAsync("--data", data));

        Assert.Contains("entity 'shop', date 'date', size 'amount' (added up)", run.Screen, StringComparison.Ordinal);
        Assert.Contains("line 2: '2020-02-30' in date is no year or date", run.Screen, StringComparison.Ordinal);
        Assert.Contains("is in no total: N 2021.", run.Screen, StringComparison.Ordinal);
        Assert.Contains("Not measures, because they only identify rows or entities: the columns code.", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_options_name_the_columns()
    {
        await using var run = new ReportRun();
        string data = await WriteAsync(run, "shop,product,ordered,shipped,amount,units\nN,Tea,2019-12-30,2020-01-02,7,1\nS,Mug,2019-11-01,2019-11-05,9,2\n");

        Assert.Equal(ExitCode.Success, await run.RunAsync("--data", data, "--size", "units", "--entity", "product", "--date", "shipped"));

        Assert.Contains("entity 'product', date 'shipped', size 'units' (added up)", run.Screen, StringComparison.Ordinal);
        Assert.Contains("Tea", run.Read("report.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_report_is_an_error()
    {
        await using var run = new ReportRun();
        string data = await WriteAsync(run, "shop,date,amount\nN,2020-01-01,5\nN,2020-02-01,\n");

        Assert.Equal(ExitCode.BadInput, await run.RunAsync("--data", data));

        Assert.Contains("nothing to report", run.Screen, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Output));
    }

    [Fact]
    public async Task The_only_entity_is_not_half_of_one()
    {
        await using var run = new ReportRun();
        string data = await WriteAsync(run, "maker,year,sales\nAcorn,2019,10\nAcorn,2020,12\nAcorn,2021,15\n");

        Assert.Equal(ExitCode.Success, await run.RunAsync("--data", data, "--topic", "Acorn alone"));

        string report = run.Read("report.md");
        Assert.Contains("Acorn has 15 (sales); it is the only entity of the data.", report, StringComparison.Ordinal);
        Assert.Contains("3 rows, 1 entity,", report, StringComparison.Ordinal);
        Assert.All(["half of the 1", "1 entities", "Together", "number 1 of 1", "at both ends (1"], text => Assert.DoesNotContain(text, report, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_market_with_shares_is_neither_the_highest_nor_the_lowest()
    {
        await using var run = new ReportRun();
        string data = await WriteAsync(run, "country,year,sales,ev_share,gas_share\nAtlantis,2019,100,5,95\nAtlantis,2020,120,9,91\n");

        Assert.Equal(ExitCode.Success, await run.RunAsync("--data", data, "--topic", "ev"));

        string report = run.Read("report.md");
        Assert.Contains("ev went from 5 to 11 (+116.0 %) in Atlantis, the only entity of the data", report, StringComparison.Ordinal);
        Assert.All(["highest share", "The lowest is", "median", "Together", "1 entities"], text => Assert.DoesNotContain(text, report, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("total_sales", "total sales", "total total")]
    [InlineData("Gesamtumsatz", "Gesamtumsatz", "total Gesamt")]
    [InlineData("Total", "Total", "total Total")]
    [InlineData("average price", "average price", "average average")]
    public async Task A_label_that_says_total_or_average_says_it_once(string column, string label, string twice)
    {
        await using var run = new ReportRun();
        string data = await WriteAsync(run, $"maker,year,{column}\nA,2019,10\nA,2020,12\nB,2019,3\nB,2020,4\n");

        Assert.Equal(ExitCode.Success, await run.RunAsync("--data", data));

        string report = run.Read("report.md");
        Assert.Contains($"**: {label} in 2020", report, StringComparison.Ordinal);
        Assert.DoesNotContain(twice, report, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Rates_are_reported_as_averages_without_parts_of_a_total()
    {
        await using var run = new ReportRun();
        string data = await WriteAsync(run, "country,year,life expectancy\nA,2019,70\nA,2020,72\nB,2019,60\nB,2020,64\n");

        Assert.Equal(ExitCode.Success, await run.RunAsync("--data", data));

        string report = run.Read("report.md");
        Assert.Contains("the average over 2 of them is 68.0 (life expectancy)", report, StringComparison.Ordinal);
        Assert.All(["136", "adds up to", "of the market", "Part of total"], text => Assert.DoesNotContain(text, report, StringComparison.Ordinal));
        Assert.Contains("--size COLUMN names another column", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_that_grew_from_a_loss_is_described_by_its_ends()
    {
        await using var run = new ReportRun();
        string data = await WriteAsync(run, "maker,year,profit\nA,2019,(30)\nA,2020,12\nB,2019,10\nB,2020,(5)\n");

        Assert.Equal(ExitCode.Success, await run.RunAsync("--data", data));

        string report = run.Read("report.md");
        Assert.Contains("The market as a whole went from -20 in 2019 to 7 in 2020", report, StringComparison.Ordinal);
        Assert.DoesNotContain("by from", report, StringComparison.Ordinal);
    }

    private static async Task<string> WriteAsync(ReportRun run, string csv)
    {
        string file = Path.Combine(run.Folder, "data.csv");
        await File.WriteAllTextAsync(file, csv, TestContext.Current.CancellationToken);
        return file;
    }
}
