using AgentOrchestration.Graph;
using AgentOrchestration.Runs.Snapshots;

namespace AgentOrchestration.Results;

/// <summary>Where the time of a run went, computed from its events. Only the time in which attempts ran counts, not the pauses between them.</summary>
public sealed class RunTiming
{
    private RunTiming(TimeSpan makespan, TimeSpan work, CriticalPath criticalPath, int peakParallelism)
    {
        Makespan = makespan;
        Work = work;
        CriticalPath = criticalPath;
        PeakParallelism = peakParallelism;
    }

    /// <summary>Gets the time from the first start of an attempt to the last end of one.</summary>
    /// <value>Zero when no attempt ran.</value>
    public TimeSpan Makespan { get; }

    /// <summary>Gets the sum of the durations of all attempts, also of hedges and of those that came to nothing: the duration of the run if it had done one after another.</summary>
    /// <value>Zero when no attempt ran.</value>
    public TimeSpan Work { get; }

    /// <summary>
    /// Gets the longest chain of dependent subtasks by the time in which their attempts ran. With <see cref="RunOptions.Extra"/> it can be longer than
    /// <see cref="Makespan"/>: what ran beside the end of the one before it, or two attempts beside each other, count in full.
    /// </summary>
    /// <value>Empty when no attempt ran.</value>
    public CriticalPath CriticalPath { get; }

    /// <summary>Gets the maximum number of attempts that ran at the same time.</summary>
    /// <value>0 when no attempt ran.</value>
    public int PeakParallelism { get; }

    /// <summary>Gets <see cref="Work"/> divided by <see cref="Makespan"/>.</summary>
    /// <value>1 when nothing took any time.</value>
    public double SpeedUp => Makespan > TimeSpan.Zero ? Work / Makespan : 1;

    internal static RunTiming Of(RunSnapshot run)
    {
        AttemptInterval[] ran = [.. run.Subtasks.SelectMany(subtask => subtask.AttemptIntervals).Where(span => span.EndedAt is not null)];
        TimeSpan makespan = ran.Length == 0 ? TimeSpan.Zero : ran.Max(span => span.EndedAt!.Value) - ran.Min(span => span.StartedAt);
        TimeSpan work = ran.Aggregate(TimeSpan.Zero, static (sum, span) => sum + span.Duration);
        return new RunTiming(makespan, work, LongestChainOf(run), PeakOf(ran));
    }

    /// <summary>What a subtask waited for has ended before it, so the order of the ends is one in which chains can be followed.</summary>
    private static CriticalPath LongestChainOf(RunSnapshot run)
    {
        Dictionary<string, (TimeSpan Length, string? Before)> chains = new(StringComparer.Ordinal);
        string? last = null;
        foreach (SubtaskSnapshot subtask in run.Subtasks.Where(subtask => subtask.EndedAt is not null).OrderBy(subtask => subtask.EndedSequence))
        {
            string? before = subtask.Subtask.DependsOn.Concat(subtask.Subtask.OptionalDependsOn).Concat(subtask.Parts).Where(chains.ContainsKey).MaxBy(id => chains[id].Length);
            TimeSpan length = subtask.WorkTime + (before is null ? TimeSpan.Zero : chains[before].Length);
            chains[subtask.Subtask.Id] = (length, before);
            last = last is null || length >= chains[last].Length ? subtask.Subtask.Id : last;
        }

        List<string> path = [];
        for (string? id = last; id is not null; id = chains[id].Before)
        {
            path.Add(id);
        }

        path.Reverse();
        return new CriticalPath(path, last is null ? TimeSpan.Zero : chains[last].Length);
    }

    /// <summary>An end counts before a start at the same moment: one attempt that follows another does not overlap it.</summary>
    private static int PeakOf(AttemptInterval[] ran)
    {
        int running = 0;
        int peak = Math.Min(1, ran.Length);
        foreach ((DateTimeOffset _, int change) in ran
            .SelectMany(span => new[] { (Time: span.StartedAt, Change: 1), (Time: span.EndedAt!.Value, Change: -1) })
            .OrderBy(moment => moment.Time)
            .ThenBy(moment => moment.Change))
        {
            running += change;
            peak = Math.Max(peak, running);
        }

        return peak;
    }
}
