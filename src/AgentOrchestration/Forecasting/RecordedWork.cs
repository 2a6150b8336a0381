using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Forecasting;

/// <summary>
/// How the work of a run went, to play it again with each subtask doing its own: attempts that ran are as long as they were, and avoided work as long
/// as it was where it was done.
/// </summary>
internal sealed class RecordedWork
{
    private static readonly SubtaskError Failed = new("Recorded", "The attempt failed in the run.");

    private readonly RunSnapshot _run;
    private readonly TimeSpan?[] _avoided;

    // Those whose work failed for identical ones too.
    private readonly Dictionary<string, SubtaskSnapshot> _workers;

    private RecordedWork(RunSnapshot run, TimeSpan?[] avoided)
    {
        _run = run;
        _avoided = avoided;
        HashSet<string> failed = [.. run.Subtasks.Select(static subtask => subtask.FailedWith).OfType<string>()];
        _workers = run.Subtasks.Where(subtask => failed.Contains(subtask.Subtask.Id)).ToDictionary(static subtask => subtask.Subtask.Id, StringComparer.Ordinal);
    }

    /// <returns>The work; <see langword="null"/> when the duration of a part is not known.</returns>
    public static RecordedWork? Of(RunSnapshot run)
    {
        Dictionary<string, TimeSpan>? means = null;
        var avoided = new TimeSpan?[run.Subtasks.Count];
        foreach ((int index, SubtaskSnapshot subtask) in run.Subtasks.Index())
        {
            if (subtask.OutputUsage?.Models.Any(static model => model.DeferredCalls > 0) == true)
            {
                // Nobody knows how long the model would have taken.
                return null;
            }

            if (subtask is not { State: SubtaskState.Succeeded, Origin: not (OutputOrigin.Executed or OutputOrigin.Fallback) })
            {
                continue;
            }

            means ??= run.Subtasks
                .Where(other => other is { Origin: OutputOrigin.Executed, OutputDuration: not null })
                .GroupBy(other => other.Subtask.TaskType, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => TimeSpan.FromTicks((long)group.Average(other => (double)other.OutputDuration!.Value.Ticks)), StringComparer.Ordinal);
            avoided[index] = subtask.OutputDuration ?? (means.TryGetValue(subtask.Subtask.TaskType, out TimeSpan mean) ? mean : null);
            if (avoided[index] is null)
            {
                return null;
            }
        }

        return new RecordedWork(run, avoided);
    }

    /// <summary>How an attempt of a subtask goes.</summary>
    public VirtualAttempt AttemptOf(int subtask, int attempt)
    {
        if (_avoided[subtask] is { } duration)
        {
            return new VirtualAttempt(duration) { ReportsProgress = true };
        }

        SubtaskSnapshot recorded = _run.Subtasks[subtask];
        recorded = recorded.FailedWith is { } worker ? _workers[worker] : recorded;
        TimeSpan[] attempts = [.. LengthsOf(recorded)];
        TimeSpan ran = attempt <= attempts.Length ? attempts[attempt - 1] : TimeSpan.Zero;
        bool isLast = attempt >= attempts.Length;
        return new VirtualAttempt(ran, isLast && recorded is { State: SubtaskState.Succeeded, Origin: not OutputOrigin.Fallback } ? null : Failed) { IsFinal = isLast, ReportsProgress = true };
    }

    /// <summary>
    /// How long attempts took, without those whose subtask did its work after them: one that started early and came to nothing, whose process ended, or whose batch broke. One that
    /// another ran beside took until the last of both had ended, or one had given the output: nobody knows how long it would have taken alone.
    /// </summary>
    private static IEnumerable<TimeSpan> LengthsOf(SubtaskSnapshot recorded)
    {
        for (int index = 0; index < recorded.Attempts; index++)
        {
            AttemptInterval span = recorded.AttemptIntervals[index];
            if (span is { HedgeOf: null, IsRepeated: false } && !(recorded.Extra is { IsEarlyDropped: true, EarlyAttempt: var dropped } && dropped == index + 1))
            {
                AttemptInterval hedge = recorded.AttemptIntervals.Skip(index + 1).FirstOrDefault(later => later.HedgeOf == index + 1);
                if (hedge.IsRepeated)
                {
                    continue;
                }

                DateTimeOffset? ended = hedge.HedgeOf is not null && hedge.EndedAt > span.EndedAt ? hedge.EndedAt : span.EndedAt;
                ended = recorded.EndedAt < ended ? recorded.EndedAt : ended;
                yield return (ended - span.StartedAt) ?? TimeSpan.Zero;
            }
        }
    }

    /// <summary>What is found out about a subtask: conditions hold as they did, and what adds subtasks has them already.</summary>
    public Preparation Prepare(int subtask) => new()
    {
        IsConditionFalse = _run.Subtasks[subtask] is { State: SubtaskState.Skipped } skipped && skipped.SkippedBecauseOf == skipped.Subtask.Id,
    };

    /// <summary>The time from the first start of an attempt to the last end of a subtask.</summary>
    public static TimeSpan MakespanOf(RunState played)
    {
        (long first, long last) = (long.MaxValue, 0);
        for (int index = 0; index < played.History.Count; index++)
        {
            RunFact fact = played.History[index];
            if (fact.Kind == RunFactKind.AttemptStarted)
            {
                first = Math.Min(first, fact.Time);
            }
            else if (fact.Attempt > 0)
            {
                last = Math.Max(last, fact.Time);
            }
        }

        return TimeSpan.FromTicks(Math.Max(0, last - Math.Min(first, last)));
    }
}
