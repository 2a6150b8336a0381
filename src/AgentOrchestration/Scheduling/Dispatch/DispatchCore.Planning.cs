using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Ordering;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>A run whose plan is still being written: it starts with nothing, and what becomes known joins in.</summary>
internal sealed partial class DispatchCore
{
    /// <summary>Starts before the plan is complete. The run does not end before <see cref="CompletePlan"/>, unless it is stopped.</summary>
    public void StartOpen(long now, HostCommands commands) => Start(isPlanOpen: true, now, commands);

    /// <summary>Subtasks of the plan have become known.</summary>
    public void ExtendPlan(GraphGrowth growth, long now, HostCommands commands)
    {
        if (State.IsPlanOpen)
        {
            Grow(subtask: -1, growth, now);
            Settle(now, commands);
        }
    }

    /// <summary>The plan is complete and has passed every check.</summary>
    /// <param name="graph">The whole plan.</param>
    /// <param name="rest">What of it was not known to the run yet; <see langword="null"/> when nothing was missing.</param>
    /// <param name="order">The order of urgency.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What to do.</param>
    /// <returns>Whether it counted: a run that was stopped has no use for it.</returns>
    public bool CompletePlan(TaskGraph graph, GraphGrowth? rest, SubtaskOrder order, long now, HostCommands commands)
    {
        if (!State.IsPlanOpen)
        {
            return false;
        }

        Grow(subtask: -1, rest, now);
        State.Apply(new RunFact(RunFactKind.PlanCompleted, now, payload: graph), _consequences);
        Graph.SetPriorities(graph, order.IsCriticalPathFirst ? graph.Priorities : order.Priorities);
        _ready.Reorder();
        (_plan, _correction) = (graph, null);
        if (order.IsByCriticalPath)
        {
            BeginCorrecting();
        }

        for (int subtask = 0; subtask < Graph.Count; subtask++)
        {
            if (EndWait(subtask, WaitReason.Plan))
            {
                _consequences.Ready.Enqueue(subtask);
            }
        }

        StopAfterFailure();
        Settle(now, commands);
        return true;
    }

    /// <summary>A failure of which only the whole plan tells that the run cannot do without.</summary>
    private void StopAfterFailure()
    {
        if (_options.FailurePolicy != FailurePolicy.Continue && State.HasFailed && State.Stop is null)
        {
            _stopAfterFailureOf = Enumerable.Range(0, Graph.Count).First(subtask => State.StateOf(subtask) == SubtaskState.Failed && !State.CanDoWithout(subtask));
        }
    }

    /// <summary>If the plan is refused in the end, what has been done must not have changed anything.</summary>
    private bool MayStartEarly(int subtask) => Graph.TaskTypes[subtask].Effect == TaskEffect.Pure && !Graph.SubtaskAt(subtask).IsComposite;
}
