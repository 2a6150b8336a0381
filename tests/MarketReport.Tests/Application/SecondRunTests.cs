using LoopbackModel;

namespace MarketReport.Tests.Application;

/// <summary>What an earlier durable run has written is not written again, and the report says what that saved.</summary>
public sealed class SecondRunTests
{
    [Fact]
    public async Task A_second_run_pays_for_no_section_again_and_says_what_it_saved()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();

        Assert.Equal(ExitCode.Success, await run.RunAsync("--model", "openai:some-model", "--durable"));
        Assert.Equal(5, server.Requests.Count);
        Assert.DoesNotContain("Saved", run.Screen + run.Read("report.html"), StringComparison.Ordinal);
        string first = run.Read("report.md");
        Assert.Equal(ExitCode.Success, await run.RunAsync("--model", "openai:some-model", "--durable"));

        Assert.Equal(6, server.Requests.Count);
        Assert.Equal(first, run.Read("report.md"));
        Assert.Matches("Used +0 calls of the model", run.Screen);
        Assert.Matches("Saved +4 calls of the model, [0-9,]+ tokens: 4 subtasks have their results from an earlier run", run.Screen);
        Assert.Contains("Saved: 4 calls of the model, ", run.Read("report.html"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--topic", "Diesel cars in Europe")]
    [InlineData("--exclude", "Norway")]
    [InlineData("--model", "openai:another-model")]
    public async Task What_another_topic_other_facts_or_another_model_would_change_is_written_again(string option, string value)
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();
        string[] model = option == "--model" ? [] : ["--model", "openai:some-model"];

        await run.RunAsync("--model", "openai:some-model", "--durable");
        Assert.Equal(ExitCode.Success, await run.RunAsync([.. model, "--durable", option, value]));

        Assert.Equal(10, server.Requests.Count);
        Assert.DoesNotContain("Saved", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_not_durable_uses_nothing_of_earlier_ones()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();

        await run.RunAsync("--model", "openai:some-model", "--durable");
        await run.RunAsync("--model", "openai:some-model");

        Assert.Equal(10, server.Requests.Count);
    }
}
