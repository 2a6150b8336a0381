using System.Globalization;
using System.Text.Json;

namespace MarketReport.Tests.Application;

public sealed class OfflineRunTests
{
    /// <summary>Times of events are ticks; sums of seconds as floating point differ after them.</summary>
    private const double Tolerance = 1e-6;

    [Fact]
    public async Task The_default_run_writes_the_report_and_says_that_no_model_was_used()
    {
        await using var run = new ReportRun();

        Assert.Equal(ExitCode.Success, await run.RunAsync());

        Assert.Equal(["report.html", "report.md", "run.json"], Directory.GetFiles(run.Output).Select(Path.GetFileName).Order());
        Assert.All(["report.html", "report.md"], file => Assert.Contains("No model was used", run.Read(file), StringComparison.Ordinal));
        Assert.Contains("No model was used", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_prose_states_the_figures_that_the_topic_asks_for()
    {
        await using var run = new ReportRun();

        await run.RunAsync();
        string report = run.Read("report.md");

        Assert.Contains("Norway: 42.4 % in 2019", report, StringComparison.Ordinal);
        Assert.Contains("Germany (3.61 million), United Kingdom (2.31 million), France (2.21 million), Italy (1.92 million) and Spain (1.36 million)", report, StringComparison.Ordinal);
        Assert.Matches(@"Over 10 years, from 2009 to 2019, battery electric went from \d+ to [\d,]+", report);
        Assert.DoesNotContain("{{", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_summary_and_run_json_are_computed_from_the_events()
    {
        await using var run = new ReportRun();

        await run.RunAsync();
        JsonElement record = run.ReadRun();
        JsonElement[] events = [.. record.GetProperty("events").EnumerateArray()];
        JsonElement[] subtasks = [.. events[0].GetProperty("plan").GetProperty("subtasks").EnumerateArray()];
        var starts = Times(events, "attempt-started");
        var ends = Times(events, "subtask-succeeded");
        double Took(string id) => (ends[id] - starts[id]).TotalSeconds;
        double PathTo(string id) => Took(id) + subtasks.Single(subtask => IdOf(subtask) == id).TryGetProperty("dependsOn", out JsonElement dependencies) switch
        {
            true => dependencies.EnumerateArray().Max(dependency => PathTo(dependency.GetString()!)),
            false => 0,
        };
        double makespan = (ends.Values.Max() - starts.Values.Min()).TotalSeconds;
        double work = ends.Keys.Sum(Took);
        double longest = ends.Keys.Max(PathTo);
        int peak = starts.Values.Max(moment => starts.Keys.Count(id => starts[id] <= moment && moment < ends[id]));
        JsonElement timing = record.GetProperty("timing");

        Assert.Equal(11, ends.Count);
        Assert.Equal(makespan, timing.GetProperty("makespanSeconds").GetDouble(), Tolerance);
        Assert.Equal(work, timing.GetProperty("workSeconds").GetDouble(), Tolerance);
        Assert.Equal(longest, timing.GetProperty("criticalPathSeconds").GetDouble(), Tolerance);
        Assert.Equal(longest, timing.GetProperty("criticalPath").EnumerateArray().Sum(id => Took(id.GetString()!)), Tolerance);
        Assert.Equal(work / makespan, timing.GetProperty("speedUp").GetDouble(), Tolerance);
        Assert.Equal(peak, timing.GetProperty("peakParallelism").GetInt32());
        Assert.Equal("run-started", events[0].GetProperty("kind").GetString());
        Assert.Equal("run-ended", events[^1].GetProperty("kind").GetString());

        Assert.Contains($"First start to last end {Seconds(makespan)} One after another {Seconds(work)}, so the run was {Text(work / makespan, "F2")} times as fast", Words(run.Screen), StringComparison.Ordinal);
        Assert.Contains($"Critical path {Seconds(longest)}: {string.Join(" → ", timing.GetProperty("criticalPath").EnumerateArray())}", Words(run.Screen), StringComparison.Ordinal);
        Assert.Contains($"In parallel up to {peak} at a time", Words(run.Screen), StringComparison.Ordinal);
        Assert.All(subtasks, subtask => Assert.Contains(
            $"{subtask.GetProperty("name").GetString()} │ {(Took(IdOf(subtask)) < 1 ? $"{Text(Took(IdOf(subtask)) * 1000, "F0")} ms" : Seconds(Took(IdOf(subtask))))} │", Words(run.Screen), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_expected_is_told_before_the_run_and_shown_beside_what_was()
    {
        await using var run = new ReportRun();

        await run.RunAsync("--max-parallelism", "1");

        // One after another: 50 + 4 · 100 + 300 + 4 · 30 + 50 ms.
        Assert.Matches(@"Expected: 0\.92 s \(\d\.\d\d s to \d\.\d\d s\), critical path collect → charts → assemble", run.Screen);
        Assert.True(run.Screen.IndexOf("Expected:", StringComparison.Ordinal) < run.Screen.IndexOf("collect started", StringComparison.Ordinal));
        string page = run.Read("report.html");
        Assert.Contains("was expected to take 920 milliseconds, limited by its workers; the run took", page, StringComparison.Ordinal);
        Assert.Contains("<figure id=\"run_planned\">", page, StringComparison.Ordinal);
        Assert.Contains("<figure id=\"run_actual\">", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_one_worker_nothing_runs_beside_anything_else()
    {
        await using var run = new ReportRun();

        await run.RunAsync("--max-parallelism", "1");

        Assert.Equal(1, run.ReadRun().GetProperty("timing").GetProperty("peakParallelism").GetInt32());
    }

    [Fact]
    public async Task A_file_never_seen_makes_a_report_about_its_own_topic()
    {
        await using var run = new ReportRun();
        string data = Path.Combine(run.Folder, "bikes.csv");
        await File.WriteAllTextAsync(
            data,
            "shop;month;bikes_sold;margin\nNorth;2023-01;10;5\nNorth;2023-02;30;7\nSouth;2023-01;20;\nNorth;2024-01;60;6\nSouth;2024-01;20;4\n",
            TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Success, await run.RunAsync("--data", data, "--topic", "Bicycles"));

        string report = run.Read("report.md");
        Assert.StartsWith("# Bicycles", report, StringComparison.Ordinal);
        Assert.Contains("North (60)", report, StringComparison.Ordinal);
        Assert.DoesNotContain("Our World in Data", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_looks_like_a_total_is_told_with_the_way_to_count_it()
    {
        await using var run = new ReportRun();

        await run.RunAsync();

        Assert.Contains("Left out of sums and ranks: Europe, taken for a total over others", run.Screen, StringComparison.Ordinal);
        Assert.Contains("With --include \"Europe\" it counts.", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_included_entity_counts()
    {
        await using var run = new ReportRun();

        Assert.Equal(ExitCode.Success, await run.RunAsync("--include", "europe"));

        Assert.Contains("No entity was left out of sums and ranks.", run.Read("report.md"), StringComparison.Ordinal);
        Assert.DoesNotContain("Left out of sums and ranks:", run.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_from_the_command_line_becomes_no_markup()
    {
        await using var run = new ReportRun();

        Assert.Equal(ExitCode.Success, await run.RunAsync("--topic", "<script>alert(1)</script> [red]cars[/]"));

        Assert.DoesNotContain("<script>alert", run.Read("report.html"), StringComparison.Ordinal);
        Assert.Contains("[red]cars[/]", run.Screen, StringComparison.Ordinal);
    }

    private static string IdOf(JsonElement subtask) => subtask.GetProperty("id").GetString()!;

    private static string Seconds(double seconds) => $"{Text(seconds, "F2")} s";

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Words(string screen) => string.Join(' ', screen.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static Dictionary<string, DateTimeOffset> Times(IEnumerable<JsonElement> events, string kind) => events
        .Where(next => next.GetProperty("kind").GetString() == kind)
        .ToDictionary(next => next.GetProperty("subtaskId").GetString()!, next => next.GetProperty("time").GetDateTimeOffset());
}
