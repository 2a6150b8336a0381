using System.Globalization;
using AgentOrchestration;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using MarketReport.Facts;
using MarketReport.Output;
using MarketReport.Publishing;
using MarketReport.Reading;
using Spectre.Console;

namespace MarketReport.Terminal;

/// <summary>What the person at the terminal sees. Texts of models and files are escaped: they cannot style or spoof the screen.</summary>
internal sealed class ReportScreen(IAnsiConsole console)
{
    private const int DiagnosticsShown = 12;

    public void ShowHeader(ReportSettings settings, MarketData data)
    {
        console.Write(new Rule($"[bold]{TerminalText.Of(settings.Topic)}[/]").LeftJustified());
        console.WriteMarkup($"[grey]Data:[/]  {Path.GetFileName(settings.DataFile)}");
        console.WriteMarkup($"[grey]Model:[/] {settings.Model.Statement}");
        Measure size = data.Measures.First(measure => measure.Role == MeasureRole.Size);
        console.WriteMarkup(
            $"[grey]Read:[/]  {FigureText.Count(data.AcceptedLineCount, "row", "rows")}: entity '{data.EntityColumn}', date '{data.PeriodColumn}', size '{size.Name}' ({(size.Adds ? "added up" : "averaged")}). Others: --entity, --date, --size COLUMN.");
        if (data.RejectedLines.Count > 0)
        {
            console.WriteMarkup($"[yellow]Left out of everything:[/] {MethodNotes.RejectedNote(data)}");
        }

        foreach (string note in data.Notes)
        {
            console.WriteMarkup($"[grey]Note:[/]  {note}");
        }

        foreach (LeftOutEntity entity in data.LeftOut)
        {
            string remedy = entity.Reason == LeftOutReason.Named ? "" : $" With --include \"{entity.Entity}\" it counts.";
            console.WriteMarkup($"[yellow]Left out of sums and ranks:[/] {entity.Entity}, {entity.Explanation}.{remedy}");
        }

        foreach (DoubtfulEntity entity in data.Doubtful)
        {
            console.WriteMarkup($"[yellow]Counted, but perhaps a total over others:[/] {entity.Entity}, {entity.Explanation}. With --exclude \"{entity.Entity}\" it stays out.");
        }

        console.WriteLine();
    }

    public Task<T> WhilePlanningAsync<T>(Func<Task<T>> plan) => console.Status().StartAsync("Planning", _ => plan());

    public void ShowPlan(TaskPlan plan)
    {
        console.Write(PlanTree.Of(plan));
        console.WriteLine();
    }

    public void ShowRunId(string runId) =>
        console.WriteMarkup($"[grey]Run:[/]   {runId}. If it is interrupted, --resume {runId} continues it.");

    public void ShowReused(RunSnapshot run)
    {
        SubtaskSnapshot[] done = [.. run.Subtasks.Where(subtask => subtask.State == SubtaskState.Succeeded)];
        console.WriteMarkup($"[grey]Run:[/]   {run.RunId} continues. Finished before and not run again: {done.Length} of {run.Subtasks.Count} ({Names(done)}).");
        console.WriteLine();
    }

    public void ShowDetached(RunDetachedException exception, ReportSettings settings) =>
        console.WriteMarkup($"[yellow]Interrupted.[/] What is finished is kept. To go on: --out {settings.OutputFolder}{(settings.Postgres is null ? "" : " --postgres …")} --resume {exception.RunId}");

    public void ShowForecast(Forecast forecast)
    {
        ForecastRange range = forecast.Simulate();
        console.WriteMarkup(
            $"[grey]Expected:[/] {Seconds(forecast.Makespan)} ({Seconds(range.Low)} to {Seconds(range.High)}), critical path {string.Join(" → ", forecast.CriticalPath.SubtaskIds)}");
        console.WriteLine();
    }

    public Task<IReadOnlyList<RunEvent>> WatchAsync(OrchestrationRun run) =>
        console.Profile.Capabilities.Interactive ? LiveProgress.WatchAsync(console, run) : PlainProgress.WatchAsync(console, run);

    public void ShowAlerts(AlertList list)
    {
        foreach (Alert alert in list.Alerts)
        {
            console.WriteMarkup($"[yellow]Alert {alert.Rule}:[/] {alert.Message}");
        }
    }

    public void ShowSummary(ReportSettings settings, RunResult result, ReportDocument report, IReadOnlyList<string> files)
    {
        console.WriteLine();
        console.Write(Timeline.Of(result));
        ShowTiming(settings, result);
        int leftOut = report.Sections.Sum(section => section.LeftOutSentences.Count);
        if (leftOut > 0)
        {
            console.WriteMarkup($"[yellow]{leftOut} sentence(s) were left out of the report:[/] they held figures that were not computed from the data.");
        }

        ShowFiles(files);
    }

    public void ShowUnfinished(RunResult result, IReadOnlyList<string> files)
    {
        console.WriteLine();
        bool cancelled = result.Outcome == RunOutcome.Cancelled;
        console.WriteMarkup(cancelled ? (FormattableString)$"[yellow]Cancelled.[/]" : $"[red]The report could not be made.[/]");
        foreach (IGrouping<string, SubtaskSnapshot> alike in result.Subtasks.Where(subtask => subtask.State != SubtaskState.Succeeded).GroupBy(PartialReport.Describe))
        {
            console.WriteMarkup($"  {Names(alike)}: {alike.Key}");
        }

        console.WriteMarkup($"Finished and kept: {Names(result.Succeeded)}.");
        ShowFiles(files);
    }

    public void ShowRefusedPlan(InvalidPlanException exception)
    {
        console.MarkupLine("[red]The model gave no plan that can be run, also after it was told what is wrong.[/] Nothing was started.");
        foreach (PlanDiagnostic diagnostic in exception.Diagnostics.Take(DiagnosticsShown))
        {
            console.WriteMarkup($"  [grey]{diagnostic.Path}[/] {diagnostic.Message} {diagnostic.Remedy}");
        }

        if (exception.Diagnostics.Count > DiagnosticsShown)
        {
            console.WriteMarkup($"  and {exception.Diagnostics.Count - DiagnosticsShown} more.");
        }

        console.MarkupLine("Try again, use another model, or use --model offline.");
    }

    public void ShowError(string message) => console.WriteMarkup($"[red]{message}[/]");

    private static string Names(IEnumerable<SubtaskSnapshot> subtasks) =>
        string.Join(", ", subtasks.Select(subtask => subtask.Subtask.Name)) is { Length: > 0 } names ? names : "nothing";

    private void ShowTiming(ReportSettings settings, RunResult result)
    {
        RunTiming timing = result.Timing;
        var table = new Grid().AddColumn(new GridColumn().NoWrap().Padding(0, 0, 3, 0)).AddColumn();
        table.AddRow("[grey]First start to last end[/]", Seconds(timing.Makespan));
        table.AddRow("[grey]One after another[/]", $"{Seconds(timing.Work)}, so the run was {timing.SpeedUp.ToString("F2", CultureInfo.InvariantCulture)} times as fast");
        table.AddRow("[grey]Critical path[/]", $"{Seconds(timing.CriticalPath.Duration)}: {TerminalText.Of(string.Join(" → ", timing.CriticalPath.SubtaskIds))}");
        table.AddRow("[grey]In parallel[/]", $"up to {timing.PeakParallelism} at a time (--max-parallelism {settings.MaxParallelism})");
        table.AddRow("[grey]Used[/]", SavingsText.Used(result.Savings));
        if (SavingsText.Saved(result.Savings) is { } saved)
        {
            table.AddRow("[grey]Saved[/]", saved);
        }

        console.Write(table);
        console.WriteLine();
    }

    private void ShowFiles(IReadOnlyList<string> files)
    {
        foreach (string file in files)
        {
            console.WriteMarkup($"[green]Written:[/] {file}");
        }
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture)} s";
}
