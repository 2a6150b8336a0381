using AgentOrchestration;
using Spectre.Console;

namespace MarketReport.Terminal;

/// <summary>One line per subtask of the plan, redrawn as the run goes on.</summary>
internal static class LiveProgress
{
    public static Task<IReadOnlyList<RunEvent>> WatchAsync(IAnsiConsole console, OrchestrationRun run) =>
        console.Progress()
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new ElapsedTimeColumn())
            .StartAsync(async progress =>
            {
                var lines = new LiveLines(progress);
                foreach (Subtask subtask in run.Plan.Subtasks)
                {
                    lines.Add(subtask);
                }

                List<RunEvent> events = [];
                await foreach (RunEvent next in run.WatchAsync())
                {
                    events.Add(next);
                    lines.Show(next);
                }

                return (IReadOnlyList<RunEvent>)events;
            });
}
