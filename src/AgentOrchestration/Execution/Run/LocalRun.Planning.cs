using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Scheduling.Ordering;

namespace AgentOrchestration.Execution.Run;

/// <summary>A run that starts before its plan is complete.</summary>
internal sealed partial class LocalRun
{
    // Used under the gate of growth.
    private int _begunOfPlan;

    /// <summary>Starts with nothing but the subtasks that <see cref="TryExtendPlan"/> brings.</summary>
    public void StartOpen() => Begin(static (run, now, decisions) => run._core.StartOpen(now, decisions));

    /// <summary>A subtask of the plan has become known, and so is all that it depends on.</summary>
    /// <returns>Whether it has passed the checks; otherwise nothing has happened.</returns>
    public bool TryExtendPlan(Subtask subtask)
    {
        LocalAttempt? next;
        lock (_growthGate)
        {
            if (PlannedGraph.Checker.CheckMoreOfPlan(PlannedGraph.Plan with { Subtasks = [subtask] }, Graph, out _) is not { } growth)
            {
                return false;
            }

            _begunOfPlan += growth.Part.Count;
            next = Grow(growth, growth, static (run, told, now, decisions) => run._core.ExtendPlan(told, now, decisions));
        }

        Hand(next);
        return true;
    }

    /// <summary>The plan is complete; what the run knows of it stands in it as it is.</summary>
    /// <param name="graph">The checked plan.</param>
    /// <param name="order">The order of urgency.</param>
    /// <returns>Whether it counted: a run that was stopped meanwhile has no use for it.</returns>
    public bool TryCompletePlan(TaskGraph graph, SubtaskOrder order)
    {
        bool counted = false;
        LocalAttempt? next;
        lock (_growthGate)
        {
            Subtask[] missing = [.. graph.Plan.Subtasks.Where(subtask => Graph.IndexOf(subtask.Id) is null)];
            IReadOnlyList<PlanDiagnostic> diagnostics = [];
            GraphGrowth? rest = missing.Length == 0 ? null
                : graph.Checker.CheckMoreOfPlan(graph.Plan with { Subtasks = missing }, Graph, out diagnostics)
                    ?? throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = graph.Plan });
            next = Grow(rest, 0, (run, _, now, decisions) =>
            {
                counted = run._core.CompletePlan(graph, rest, order, now, decisions);
                PlannedGraph = counted ? graph : PlannedGraph;
            });
            _begunOfPlan = counted ? 0 : _begunOfPlan;
        }

        Hand(next);
        return counted;
    }
}
