using AgentOrchestration;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs;
using Spectre.Console;

namespace MarketReport.Terminal;

/// <summary>One line per subtask, redrawn as the run goes on.</summary>
internal static class LiveProgress
{
    private const double Whole = 1;

    public static Task<IReadOnlyList<RunEvent>> WatchAsync(IAnsiConsole console, OrchestrationRun run) =>
        console.Progress()
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new ElapsedTimeColumn())
            .StartAsync(async progress =>
            {
                Dictionary<string, ProgressTask> lines = run.Plan.Subtasks.ToDictionary(
                    subtask => subtask.Id, subtask => progress.AddTask(Markup.Escape(subtask.Name), autoStart: false, maxValue: Whole), StringComparer.Ordinal);
                List<RunEvent> events = [];
                await foreach (RunEvent next in run.WatchAsync())
                {
                    events.Add(next);
                    if (next is SubtaskEvent fact)
                    {
                        Show(lines[fact.SubtaskId], run.Plan.Subtasks.First(subtask => subtask.Id == fact.SubtaskId), fact);
                    }
                }

                return (IReadOnlyList<RunEvent>)events;
            });

    private static void Show(ProgressTask line, Subtask subtask, SubtaskEvent fact)
    {
        string name = Markup.Escape(subtask.Name);
        switch (fact)
        {
            case AttemptStarted:
                line.StartTask();
                break;
            case ProgressReported progress:
                line.Value = progress.Fraction;
                line.Description = $"{name} [grey]{Markup.Escape(progress.Message ?? "")}[/]";
                break;
            case AttemptFailed failed:
                line.Description = $"{name} [yellow]attempt {failed.Attempt} failed[/]";
                break;
            case SubtaskSucceeded:
                line.Value = Whole;
                line.Description = name;
                line.StopTask();
                break;
            case SubtaskFailed:
                line.Description = $"[red]{name} failed[/]";
                line.StopTask();
                break;
            case SubtaskSkipped:
                line.Description = $"[grey]{name} skipped[/]";
                line.StopTask();
                break;
            case SubtaskCancelled:
                line.Description = $"[yellow]{name} cancelled[/]";
                line.StopTask();
                break;
        }
    }
}
