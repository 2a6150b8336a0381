using System.Globalization;
using AgentOrchestration;
using AgentOrchestration.Runs.Events;
using Spectre.Console;

namespace MarketReport.Terminal;

/// <summary>One line per event, for terminals that cannot redraw, and for logs.</summary>
internal static class PlainProgress
{
    public static async Task<IReadOnlyList<RunEvent>> WatchAsync(IAnsiConsole console, OrchestrationRun run)
    {
        List<RunEvent> events = [];
        await foreach (RunEvent next in run.WatchAsync())
        {
            events.Add(next);
            if (next is SubtaskEvent fact && Describe(fact) is { } what)
            {
                string seconds = (fact.Time - events[0].Time).TotalSeconds.ToString("F2", CultureInfo.InvariantCulture);
                console.WriteMarkup($"[grey]{seconds,7} s[/]  {fact.SubtaskId} {what}");
            }
        }

        return events;
    }

    private static string? Describe(SubtaskEvent fact) => fact switch
    {
        AttemptStarted { Attempt: 1 } => "started",
        AttemptStarted started => $"started, attempt {started.Attempt}",
        ProgressReported progress => $"{progress.Fraction.ToString("P0", CultureInfo.InvariantCulture)} {progress.Message}",
        AttemptFailed failed => $"attempt {failed.Attempt} failed: {failed.Error.Message}",
        SubtaskSucceeded => "done",
        SubtaskFailed => "failed",
        SubtaskSkipped skipped => $"skipped, because {skipped.Cause} failed",
        SubtaskCancelled => "cancelled",
        _ => null,
    };
}
