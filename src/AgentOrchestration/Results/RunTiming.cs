using AgentOrchestration.Graph;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Results;

/// <summary>Where the time of a run went, computed from its events. Only subtasks that ran count.</summary>
public sealed class RunTiming
{
    private RunTiming(TimeSpan makespan, TimeSpan work, CriticalPath criticalPath, int peakParallelism)
    {
        Makespan = makespan;
        Work = work;
        CriticalPath = criticalPath;
        PeakParallelism = peakParallelism;
    }

    /// <summary>From the first start of a subtask to the last end of one.</summary>
    public TimeSpan Makespan { get; }

    /// <summary>The durations of all subtasks, added up: how long the run had taken one after another.</summary>
    public TimeSpan Work { get; }

    /// <summary>The longest chain of dependent subtasks by their actual durations.</summary>
    public CriticalPath CriticalPath { get; }

    /// <summary>The most subtasks that ran at the same time.</summary>
    public int PeakParallelism { get; }

    /// <summary><see cref="Work"/> divided by <see cref="Makespan"/>; 1 when nothing took any time.</summary>
    public double SpeedUp => Makespan > TimeSpan.Zero ? Work / Makespan : 1;

    internal static RunTiming Of(TaskGraph graph, RunSnapshot run)
    {
        SubtaskSnapshot[] ran = [.. run.Subtasks.Where(subtask => subtask is { StartedAt: not null, EndedAt: not null, Attempts: > 0 })];
        double[] seconds = [.. run.Subtasks.Select(subtask => subtask.Attempts > 0 ? subtask.Duration?.TotalSeconds ?? 0 : 0)];
        TimeSpan makespan = ran.Length == 0 ? TimeSpan.Zero : ran.Max(subtask => subtask.EndedAt!.Value) - ran.Min(subtask => subtask.StartedAt!.Value);
        return new RunTiming(
            makespan,
            ran.Aggregate(TimeSpan.Zero, (sum, subtask) => sum + subtask.Duration!.Value),
            CriticalPath.Of(graph, seconds),
            PeakOf(ran));
    }

    /// <summary>An end counts before a start at the same moment: one subtask that follows another does not overlap it.</summary>
    private static int PeakOf(SubtaskSnapshot[] ran)
    {
        int running = 0;
        int peak = Math.Min(1, ran.Length);
        foreach ((DateTimeOffset _, int change) in ran
            .SelectMany(subtask => new[] { (Time: subtask.StartedAt!.Value, Change: 1), (Time: subtask.EndedAt!.Value, Change: -1) })
            .OrderBy(moment => moment.Time)
            .ThenBy(moment => moment.Change))
        {
            running += change;
            peak = Math.Max(peak, running);
        }

        return peak;
    }
}
