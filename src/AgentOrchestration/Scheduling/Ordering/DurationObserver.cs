using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>
/// Reads from a snapshot of a run how long the attempts that succeeded took. One that was so slow that another overtook it counts as long as it was let: else all that is slow would
/// vanish from what is known.
/// </summary>
internal static class DurationObserver
{
    public static void Observe(RunSnapshot run, IObservedDurations observed)
    {
        foreach (SubtaskSnapshot subtask in run.Subtasks)
        {
            if (subtask is { State: SubtaskState.Succeeded, Origin: OutputOrigin.Executed, OutputDuration: { } duration })
            {
                observed.Observe(subtask.Subtask, duration);
            }

            foreach (HedgedPair pair in subtask.Hedges.Where(static pair => pair is { HasHedgeWon: true, HasOriginalFailed: false }))
            {
                observed.Observe(subtask.Subtask, subtask.AttemptIntervals[pair.Original - 1].Duration);
            }
        }
    }
}
