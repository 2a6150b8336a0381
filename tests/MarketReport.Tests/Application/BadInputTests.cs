namespace MarketReport.Tests.Application;

/// <summary>Each bad input is a one-screen message, a code that is not zero, and no file.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task No_such_file()
    {
        await using var run = new ReportRun();

        Assert.Equal(ExitCode.BadInput, await run.RunAsync("--data", Path.Combine(run.Folder, "missing.csv")));

        Assert.Contains("missing.csv", run.Screen, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Output));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("country,year,cars\n", "no rows")]
    [InlineData("country,year,colour\nAustria,2001,red\nBelgium,2001,blue\n", "No column holds numbers")]
    public async Task A_file_that_no_report_can_be_made_from(string content, string said)
    {
        await using var run = new ReportRun();
        string data = Path.Combine(run.Folder, "data.csv");
        await File.WriteAllTextAsync(data, content, TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.BadInput, await run.RunAsync("--data", data));

        Assert.Contains(said, run.Screen, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", run.Screen, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Output));
    }

    [Fact]
    public async Task An_output_folder_that_cannot_be_written()
    {
        await using var run = new ReportRun();
        string file = Path.Combine(run.Folder, "a-file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.BadInput, await run.RunAsync("--out", Path.Combine(file, "out")));

        Assert.Contains("cannot be written", run.Screen, StringComparison.Ordinal);
        Assert.Contains("--out", run.Screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--max-parallelism", "0")]
    [InlineData("--max-parallelism", "many")]
    [InlineData("--model", "gpt")]
    [InlineData("--model", "openai:")]
    [InlineData("--nonsense", "1")]
    public async Task An_option_out_of_range(string option, string value)
    {
        await using var run = new ReportRun();

        Assert.NotEqual(ExitCode.Success, await run.RunAsync(option, value));
        Assert.False(Directory.Exists(run.Output));
    }

    [Fact]
    public async Task A_model_without_key_or_endpoint()
    {
        await using var run = new ReportRun();

        Assert.Equal(ExitCode.BadInput, await run.RunAsync("--model", "openai:some-model"));

        Assert.Contains("OPENAI_API_KEY", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_be_reached()
    {
        await using var run = new ReportRun();
        await (await run.StartServerAsync()).DisposeAsync();

        Assert.Equal(ExitCode.BadInput, await run.RunAsync("--model", "openai:some-model"));

        Assert.Contains("cannot be reached", run.Screen, StringComparison.Ordinal);
        Assert.Contains("OPENAI_BASE_URL", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_is_no_address()
    {
        await using var run = new ReportRun();
        run.Set("OPENAI_BASE_URL", "not an address");

        Assert.Equal(ExitCode.BadInput, await run.RunAsync("--model", "openai:some-model"));

        Assert.Contains("is no http or https address", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_the_wrong_length_are_left_out_counted_and_named()
    {
        await using var run = new ReportRun();
        string data = Path.Combine(run.Folder, "data.csv");
        await File.WriteAllTextAsync(data, "country,year,cars\nAustria,2001,10\nBelgium,2001\nChad,2001,20,30\nDenmark,2001,40\n", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Success, await run.RunAsync("--data", data));

        string report = run.Read("report.md");
        Assert.Contains("line 3", report, StringComparison.Ordinal);
        Assert.Contains("line 4", report, StringComparison.Ordinal);
    }
}
