using System.Text.RegularExpressions;
using LoopbackModel;

namespace MarketReport.Tests.Application;

/// <summary>The openai: path against a real server on loopback that misbehaves on demand.</summary>
public sealed class ModelServerTests
{
    private const int PlanAndSections = 5;

    private const string CyclicPlan = """
        {"subtasks": [
          {"id": "a", "type": "collect_data", "dependsOn": ["b"]},
          {"id": "b", "type": "collect_data", "dependsOn": ["a"]},
          {"id": "c", "type": "no_such_type"}
        ]}
        """;

    [Fact]
    public async Task A_report_is_planned_and_written_through_the_server()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();

        Assert.Equal(ExitCode.Success, await run.RunAsync("--model", "openai:some-model"));

        Assert.Equal(PlanAndSections, server.Requests.Count);
        Assert.Equal("task_plan", server.Requests[0].ResponseFormat!.Name);
        Assert.All(server.Requests, request => Assert.Equal(("some-model", true), (request.Model, request.HasAuthorization)));
        Assert.Contains("written by the model some-model", run.Read("report.html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_failures_and_cut_connections_are_tried_again()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();
        server.Enqueue(new Misbehaviour.Refuse429(TimeSpan.FromSeconds(1)));
        server.Enqueue(null);
        server.Enqueue(new Misbehaviour.Fail500());
        server.Enqueue(new Misbehaviour.CutConnection(CutPoint.Midway));
        server.Enqueue(new Misbehaviour.CutConnection(CutPoint.AfterHeaders));

        Assert.Equal(ExitCode.Success, await run.RunAsync("--model", "openai:some-model"));

        Assert.Equal(PlanAndSections + 4, server.Requests.Count);
        Assert.True(server.Requests[1].ReceivedAt - server.Requests[0].ReceivedAt >= TimeSpan.FromSeconds(0.9), "Retry-After was not honoured.");
    }

    [Fact]
    public async Task A_plan_that_is_refused_goes_back_with_everything_that_is_wrong()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();
        server.Enqueue(new Misbehaviour.InvalidJson());
        server.Enqueue(new Misbehaviour.Answer(CyclicPlan));

        Assert.Equal(ExitCode.Success, await run.RunAsync("--model", "openai:some-model"));

        Assert.Equal(PlanAndSections + 2, server.Requests.Count);
        Assert.Contains("before its JSON does", server.Requests[1].Messages[^1].Text, StringComparison.Ordinal);
        string diagnostics = server.Requests[2].Messages[^1].Text;
        Assert.Contains("a → b → a", diagnostics, StringComparison.Ordinal);
        Assert.Contains("no_such_type", diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_never_gives_a_valid_plan_is_refused_after_two_repairs()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();
        server.OnRequest = _ => new Misbehaviour.Answer(CyclicPlan);

        Assert.Equal(ExitCode.Failed, await run.RunAsync("--model", "openai:some-model"));

        Assert.Equal(3, server.Requests.Count);
        Assert.Contains("a → b → a", run.Screen, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(run.Output));
    }

    [Fact]
    public async Task A_figure_that_was_not_computed_is_sent_back_once_and_then_left_out_and_reported()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();
        server.OnRequest = request => request.ResponseFormat is null
            ? new Misbehaviour.Answer("The market is {{common_last_year}} strong. It will grow by 4711 cars. No end is in sight.")
            : null;

        Assert.Equal(ExitCode.Success, await run.RunAsync("--model", "openai:some-model"));

        Assert.Equal(1 + (2 * 4), server.Requests.Count);
        Assert.Contains("4711", server.Requests[^1].Messages[^1].Text, StringComparison.Ordinal);
        string report = run.Read("report.md");
        Assert.Contains("The market is 2019 strong. No end is in sight.", report, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", report, StringComparison.Ordinal);
        Assert.Contains("Sentences left out of the prose", report, StringComparison.Ordinal);
        Assert.Contains("4 sentence(s) were left out", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_key_is_said_in_a_line()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();
        server.OnRequest = _ => new Misbehaviour.Unauthorized401();

        Assert.Equal(ExitCode.BadInput, await run.RunAsync("--model", "openai:some-model"));

        Assert.Contains("refused the key. Check OPENAI_API_KEY", run.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_section_that_cannot_be_written_fails_alone_and_the_others_are_kept()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();
        server.OnRequest = request => request.Messages[^1].Text.Contains("\"section\":\"trends_analysis\"", StringComparison.Ordinal)
            ? new Misbehaviour.Unauthorized401()
            : null;

        Assert.Equal(ExitCode.Failed, await run.RunAsync("--model", "openai:some-model"));

        string partial = run.Read("partial-report.md");
        Assert.Contains("## Market overview", partial, StringComparison.Ordinal);
        Assert.Contains("## Recommendations", partial, StringComparison.Ordinal);
        Assert.Contains("Write trends analysis: failed: The model's endpoint refused the key", partial, StringComparison.Ordinal);
        Assert.Contains("Assemble the report: skipped, because write_trends_analysis failed", partial, StringComparison.Ordinal);
        Assert.False(run.Has("report.html"));
    }

    [Fact]
    public async Task Ctrl_C_keeps_what_is_finished_and_exits_with_130()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();
        using var ctrlC = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        server.OnRequest = request => request.Messages[^1].Text.Contains("\"section\":\"trends_analysis\"", StringComparison.Ordinal) ? new Misbehaviour.Hang() : null;
        Task<int> program = run.RunAsync(ctrlC.Token, "--model", "openai:some-model");
        while (server.Requests.Count < PlanAndSections)
        {
            await Task.Yield();
        }

        await ctrlC.CancelAsync();

        Assert.Equal(ExitCode.Cancelled, await program);
        Assert.Equal(["partial-report.md", "run.json"], Directory.GetFiles(run.Output).Select(Path.GetFileName).Order());
        Assert.Equal("Cancelled", run.ReadRun().GetProperty("outcome").GetString());
        Assert.Matches("Write trends analysis, [^:]*Assemble the report: cancelled", run.Screen);
        Assert.Contains("Finished and kept: Collect data", run.Screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_plan_is_streamed_unless_told_otherwise_and_what_reads_waits_for_the_whole_of_it(bool streams)
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();

        Assert.Equal(ExitCode.Success, await run.RunAsync("--model", "openai:some-model", "--stream", streams ? "true" : "false"));

        string[] kinds = [.. run.ReadRun().GetProperty("events").EnumerateArray().Select(next => next.GetProperty("kind").GetString()!)];
        Assert.Equal(streams, server.Requests[0].IsStreamed);
        Assert.DoesNotContain("plan-completed", kinds);
        Assert.Contains("Expected:", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_durable_report_that_is_interrupted_goes_on_and_pays_for_nothing_twice()
    {
        await using var run = new ReportRun();
        LoopbackModelServer server = await run.StartServerAsync();
        using var ctrlC = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        server.OnRequest = request => request.Messages[^1].Text.Contains("\"section\":\"trends_analysis\"", StringComparison.Ordinal) ? new Misbehaviour.Hang() : null;
        Task<int> program = run.RunAsync(ctrlC.Token, "--model", "openai:some-model", "--durable");
        while (new[] { "market_overview", "competitor_analysis", "recommendations" }.Any(section => !run.Screen.Contains($"write_{section} done", StringComparison.Ordinal)))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await ctrlC.CancelAsync();
        Assert.Equal(ExitCode.Cancelled, await program);
        string runId = Regex.Match(run.Screen, "--resume ([0-9a-f]{32})").Groups[1].Value;
        Assert.Contains("Interrupted. What is finished is kept.", run.Screen, StringComparison.Ordinal);
        int paid = server.Requests.Count;
        server.OnRequest = null;

        Assert.Equal(ExitCode.Success, await run.RunAsync("--model", "openai:some-model", "--resume", runId));

        // Neither the plan nor the three sections are asked for again.
        Assert.Equal(paid + 1, server.Requests.Count);
        Assert.Contains("Finished before and not run again:", run.Screen, StringComparison.Ordinal);
        Assert.True(run.Has("report.html"));
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcdef")]
    [InlineData("../../etc/passwd")]
    public async Task A_run_that_is_not_there_cannot_be_resumed(string runId)
    {
        await using var run = new ReportRun();

        Assert.Equal(ExitCode.BadInput, await run.RunAsync("--resume", runId));

        Assert.DoesNotContain("   at ", run.Screen, StringComparison.Ordinal);
    }
}
