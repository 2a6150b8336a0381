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

    /// <summary>
    /// Gets the sum of <see cref="SubtaskSnapshot.WorkTime"/> over all subtasks: how long the run would have taken to do the work of one after another. Attempts
    /// that came to nothing count. A hedge counts only while the attempt does not run that it started beside (<see cref="ExtraWork.HedgeShare"/>).
    /// </summary>
    /// <value>Zero when no attempt ran.</value>
    public TimeSpan Work { get; }

    /// <summary>
    /// Gets the longest chain of dependent subtasks by the time in which their attempts ran: of each what ran after the end of the one before it and until its
    /// own end. So what started early (<see cref="ExtraWork.EarlyShare"/>) counts only from the end of what it waited for.
    /// </summary>
    /// <value>At most as long as <see cref="Makespan"/>. Empty when no attempt ran.</value>
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
        TimeSpan work = run.Subtasks.Aggregate(TimeSpan.Zero, static (sum, subtask) => sum + subtask.WorkTime);
        return new RunTiming(makespan, work, LongestChainOf(run), PeakOf(ran));
    }

    /// <summary>What a subtask waited for has ended before it, so the order of the ends is one in which chains can be followed.</summary>
    private static CriticalPath LongestChainOf(RunSnapshot run)
    {
        Dictionary<string, Chain> chains = new(StringComparer.Ordinal);
        string? last = null;
        foreach (SubtaskSnapshot subtask in run.Subtasks.Where(subtask => subtask.EndedAt is not null).OrderBy(subtask => subtask.EndedSequence))
        {
            Chain longest = ChainTo(subtask, chains);
            chains[subtask.Subtask.Id] = longest;
            last = last is null || longest.Length >= chains[last].Length ? subtask.Subtask.Id : last;
        }

        List<string> path = [];
        for (string? id = last; id is not null; id = chains[id].Before)
        {
            path.Add(id);
        }

        path.Reverse();
        return new CriticalPath(path, last is null ? TimeSpan.Zero : chains[last].Length);
    }

    private static Chain ChainTo(SubtaskSnapshot subtask, Dictionary<string, Chain> chains)
    {
        DateTimeOffset ended = subtask.EndedAt!.Value;
        Chain longest = new(subtask.WorkTimeIn(DateTimeOffset.MinValue, ended), ended, Before: null);
        foreach (string id in subtask.Subtask.DependsOn.Concat(subtask.Subtask.OptionalDependsOn).Concat(subtask.Parts).Concat(subtask.Awaited.SelectMany(group => group)))
        {
            if (chains.TryGetValue(id, out Chain before)
                && before.Length + subtask.WorkTimeIn(before.EndedAt, ended) is var length
                && (length > longest.Length || (length == longest.Length && longest.Before is null)))
            {
                // A clock may have been set back between the two ends.
                longest = new Chain(length, before.EndedAt > ended ? before.EndedAt : ended, id);
            }
        }

        return longest;
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

    /// <summary>The longest chain to the end of a subtask.</summary>
    /// <param name="Length">Its work, none of it at the same time as other work of the chain.</param>
    /// <param name="EndedAt">When all of it had ended.</param>
    /// <param name="Before">The subtask before the last one; <see langword="null"/> when it is the only one.</param>
    private readonly record struct Chain(TimeSpan Length, DateTimeOffset EndedAt, string? Before);
}
