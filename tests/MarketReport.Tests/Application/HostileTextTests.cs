using System.Globalization;
using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using LoopbackModel;
using MarketReport.Models;

namespace MarketReport.Tests.Application;

/// <summary>Texts that a model, a file or the command line gives stay texts: on the screen and on every page.</summary>
public sealed class HostileTextTests
{
    // Clears the screen, sets the title of the window, rings, returns to the start of the line, turns the direction, hides.
    private const string Evil = "\u001b[2J\u001b]0;owned\u0007\u009b31m\rfake\u202e\u2066\u200b\u061c";

    [Fact]
    public async Task A_plan_of_a_model_steers_neither_the_screen_nor_a_page()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();
        server.OnRequest = request => request.ResponseFormat is null ? null : new Misbehaviour.Answer(PlanWithNames(request, name => $"{name} {Evil}😀 with a name that is longer than a label <img src=x onerror=alert(1)>"));

        Assert.Equal(ExitCode.Success, await run.RunAsync("--model", "openai:some-model", "--topic", $"Cars {Evil}"));

        Assert.Contains("Collect data", run.Screen, StringComparison.Ordinal);
        AssertVisible(run.Screen);
        AssertVisible(run.Read("report.md"));
        AssertVisible(run.Read("report.html"));
        Assert.Empty(new HtmlParser().ParseDocument(run.Read("report.html")).QuerySelectorAll("img, script"));
    }

    [Fact]
    public async Task A_file_steers_neither_the_screen_nor_a_page()
    {
        await using var run = new ReportRun();
        string data = Path.Combine(run.Folder, "data.csv");
        await File.WriteAllTextAsync(data, $"shop{Evil.Replace("\r", "", StringComparison.Ordinal)},year,sales\nN{Evil.Replace("\r", "", StringComparison.Ordinal)},2019,5\nS,2019,7\nN,2020,x\u001b[2J\nS,2020,8\n", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Success, await run.RunAsync("--data", data));

        AssertVisible(run.Screen);
        AssertVisible(run.Read("report.md"));
        AssertVisible(run.Read("report.html"));
    }

    [Fact]
    public async Task A_partial_report_holds_no_HTML_of_a_model_or_a_command_line()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();
        server.OnRequest = request => request.ResponseFormat is not null ? new Misbehaviour.Answer(PlanWithNames(request, name => $"{name} <img src=x onerror=alert(1)>{Evil}"))
            : request.Messages[^1].Text.Contains("\"section\":\"trends_analysis\"", StringComparison.Ordinal) ? new Misbehaviour.Unauthorized401()
            : null;

        Assert.Equal(ExitCode.Failed, await run.RunAsync("--model", "openai:some-model", "--topic", $"<script>alert(1)</script>{Evil}"));

        string partial = run.Read("partial-report.md");
        Assert.Contains("Write trends analysis", partial, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", partial, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", partial, StringComparison.Ordinal);
        AssertVisible(partial);
        AssertVisible(run.Screen);
    }

    [Theory]
    [InlineData("ftp://user:hunter2@example.com/v1")]
    [InlineData("https://user:hunter2@exa mple.com/v1")]
    [InlineData("user:hunter2@example.com")]
    public async Task A_wrong_address_of_an_endpoint_is_refused_without_its_password(string address)
    {
        await using var run = new ReportRun();
        run.Set(ModelFactory.EndpointVariable, address);

        Assert.Equal(ExitCode.BadInput, await run.RunAsync("--model", "openai:some-model"));

        Assert.Contains("OPENAI_BASE_URL is no http or https address", run.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Screen, StringComparison.Ordinal);
    }

    private static string PlanWithNames(LoopbackRequest request, Func<string, string> rename)
    {
        JsonNode plan = JsonNode.Parse(OfflinePlanner.Plan(request.Messages[0].Text))!;
        foreach (JsonNode? subtask in plan["subtasks"]!.AsArray())
        {
            subtask!["name"] = rename((string)subtask["name"]!);
        }

        return plan.ToJsonString();
    }

    private static void AssertVisible(string text) => Assert.DoesNotContain(
        text, letter => letter is not ('\n' or '\r') && CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format);
}
