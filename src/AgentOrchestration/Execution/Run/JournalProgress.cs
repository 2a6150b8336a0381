using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Execution.Run;

/// <summary>How far a run has come by what is in its journal.</summary>
internal sealed class JournalProgress
{
    private int _ended;
    private int _subtasks;

    /// <summary>Begins with what is in the journal already.</summary>
    public void Begin(RunState state) =>
        (_ended, _subtasks) = (Enumerable.Range(0, state.Graph.Count).Count(subtask => HasEnded(state.StateOf(subtask))), state.Graph.Count);

    /// <summary>Begins with a plan of which nothing is in the journal.</summary>
    public void Begin(int subtasks) => (_ended, _subtasks) = (0, subtasks);

    /// <returns>How far it has come with these facts.</returns>
    public RunProgress Add(ReadOnlySpan<RunFact> facts)
    {
        foreach (RunFact fact in facts)
        {
            switch (fact.Kind)
            {
                case RunFactKind.SubtaskSucceeded or RunFactKind.SubtaskFailed or RunFactKind.SubtaskSkipped or RunFactKind.SubtaskCancelled:
                    _ended++;
                    break;
                case RunFactKind.SubtasksAdded:
                    _subtasks += ((GraphGrowth)fact.Payload!).Part.Subtasks.Count;
                    break;
            }
        }

        return new RunProgress(_ended, _subtasks);
    }

    private static bool HasEnded(SubtaskState state) => state is SubtaskState.Succeeded or SubtaskState.Failed or SubtaskState.Skipped or SubtaskState.Cancelled;
}
