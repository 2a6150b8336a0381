using System.Globalization;
using AgentOrchestration;
using Spectre.Console;

namespace MarketReport.Terminal;

/// <summary>What took how long, and what ran beside what.</summary>
internal static class Timeline
{
    private const int Width = 36;

    public static Table Of(RunResult result)
    {
        SubtaskSnapshot[] ran = [.. result.Subtasks.Where(subtask => subtask.Attempts > 0).OrderBy(subtask => subtask.StartedAt)];
        DateTimeOffset start = ran.Length == 0 ? result.Run.StartedAt : ran[0].StartedAt!.Value;
        HashSet<string> critical = [.. result.Timing.CriticalPath.SubtaskIds];
        var table = new Table().Border(TableBorder.Rounded).AddColumn("Subtask").AddColumn(new TableColumn("took").RightAligned()).AddColumn(new TableColumn("when [grey](critical path in red)[/]").NoWrap());
        foreach (SubtaskSnapshot subtask in ran)
        {
            string colour = critical.Contains(subtask.Subtask.Id) ? "red" : "blue";
            (int from, int length) = Place(subtask, start, result.Timing.Makespan);
            table.AddRow(
                TerminalText.Of(subtask.Subtask.Name),
                Milliseconds(subtask.Duration ?? TimeSpan.Zero),
                $"[grey]{new string('·', from)}[/][{colour}]{new string('█', length)}[/][grey]{new string('·', Width - from - length)}[/]");
        }

        return table;
    }

    private static (int From, int Length) Place(SubtaskSnapshot subtask, DateTimeOffset start, TimeSpan makespan)
    {
        if (makespan <= TimeSpan.Zero)
        {
            return (0, 1);
        }

        int from = Math.Min(Width - 1, (int)(Width * ((subtask.StartedAt!.Value - start) / makespan)));
        int to = Math.Min(Width, (int)Math.Ceiling(Width * ((subtask.EndedAt!.Value - start) / makespan)));
        return (from, Math.Max(1, to - from));
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds < 1000
        ? $"{time.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture)} ms"
        : $"{time.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture)} s";
}
