using AgentOrchestration.Graph;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling;

/// <summary>Reads from runs how long the attempts that succeeded took.</summary>
internal static class DurationObserver
{
    /// <summary>From the facts themselves, so that no events are made for it.</summary>
    public static void Observe(GrowingGraph graph, RunHistory history, ObservedDurations observed)
    {
        long[] startedAt = new long[graph.Count];
        for (int index = 0; index < history.Count; index++)
        {
            ref readonly RunFact fact = ref history[index];
            if (fact.Kind == RunFactKind.AttemptStarted)
            {
                startedAt[fact.Subtask] = fact.Time;
            }
            else if (fact is { Kind: RunFactKind.SubtaskSucceeded, Attempt: > 0 })
            {
                observed.Observe(graph.SubtaskAt(fact.Subtask), new TimeSpan(fact.Time - startedAt[fact.Subtask]));
            }
        }
    }

    public static void Observe(RunSnapshot run, ObservedDurations observed)
    {
        foreach (SubtaskSnapshot subtask in run.Subtasks)
        {
            if (subtask is { State: SubtaskState.Succeeded, Origin: OutputOrigin.Executed, AttemptSpans: [.., { EndedAt: not null } last] })
            {
                observed.Observe(subtask.Subtask, last.Duration);
            }
        }
    }
}
