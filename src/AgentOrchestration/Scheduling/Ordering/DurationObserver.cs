using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>Reads from a snapshot of a run how long the attempts that succeeded took.</summary>
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
        }
    }
}
