using AgentOrchestration;
using AgentOrchestration.Forecasting;
using MarketReport.Charts;

namespace MarketReport.Publishing;

/// <summary>How the report was made: what was expected of the run, and what became of it.</summary>
internal sealed record RunSection(string Text, IReadOnlyList<Chart> Charts)
{
    public const string Id = "run";

    public const string Title = "How this report was made";

    public static RunSection Of(Forecast forecast, RunResult result)
    {
        TimeSpan elapsed = (result.Run.EndedAt ?? result.Run.StartedAt) - result.Run.StartedAt;
        string text = $"A plan of {forecast.Subtasks.Count} subtasks was expected to take {Duration(forecast.Makespan)}, limited by its {forecast.Bottleneck}; "
            + $"the run took {Duration(elapsed)} and {SavingsText.Used(result.Savings)}. {Saved(result)}The critical path, the longest chain of subtasks that wait for each other, is accented and its times are bold.";
        return new RunSection(text, [GanttChart.Render("run_planned", "As expected before the run", Planned(forecast)), GanttChart.Render("run_actual", "As it ran", Actual(result))]);
    }

    public static string Duration(TimeSpan time)
    {
        TimeUnit unit = TimeUnit.For(time);
        return $"{unit.Text(time)} {unit.Name}";
    }

    private static string Saved(RunResult result) => SavingsText.Saved(result.Savings) is { } saved ? $"Saved: {saved}. " : "";

    private static List<GanttBar> Planned(Forecast forecast)
    {
        HashSet<string> critical = [.. forecast.CriticalPath.SubtaskIds];
        return [.. forecast.Subtasks.OrderBy(row => row.Start).Select(row => new GanttBar(row.Name, row.Start, row.End, critical.Contains(row.Id)))];
    }

    private static List<GanttBar> Actual(RunResult result)
    {
        HashSet<string> critical = [.. result.Timing.CriticalPath.SubtaskIds];
        return
        [
            .. result.Subtasks
                .Where(subtask => subtask.StartedAt is not null)
                .OrderBy(subtask => subtask.StartedAt)
                .Select(subtask => new GanttBar(
                    subtask.Subtask.Name,
                    subtask.StartedAt!.Value - result.Run.StartedAt,
                    (subtask.EndedAt ?? subtask.StartedAt.Value) - result.Run.StartedAt,
                    critical.Contains(subtask.Subtask.Id))),
        ];
    }
}
