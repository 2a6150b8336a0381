using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Results;

/// <summary>What came of a plan, for whoever is to make a better one.</summary>
internal static class ReplanFeedback
{
    // An error may hold whatever a tool has answered.
    private const int LongestMessage = 500;

    public static PlanRefusal Of(RunResult result)
    {
        var diagnostics = new DiagnosticList();
        if (result.Outcome != RunOutcome.Failed || !result.Plan.Subtasks.Any(subtask => result[subtask.Id].State == SubtaskState.Failed))
        {
            diagnostics.Add(End(result.Outcome));
        }

        foreach ((int index, Subtask subtask) in result.Plan.Subtasks.Index())
        {
            if (result[subtask.Id] is { State: SubtaskState.Failed } or { Origin: OutputOrigin.Fallback })
            {
                diagnostics.Add(Failure(index, result[subtask.Id]));
            }
        }

        return new PlanRefusal(diagnostics.ToList())
        {
            Plan = result.Plan,
            Finished = [.. result.Plan.Subtasks.Select(subtask => subtask.Id).Where(id => result[id] is { State: SubtaskState.Succeeded, Origin: not OutputOrigin.Fallback })],
            Planning = result.Plan.Planning,
        };
    }

    private static PlanDiagnostic Failure(int index, SubtaskSnapshot subtask) => new(
        PlanDiagnosticCode.Failed,
        $"/subtasks/{index}",
        $"'{subtask.Subtask.Id}' failed after {subtask.Attempts} attempts with {subtask.Error?.Kind}: {Excerpt.Of(subtask.Error?.Message ?? "", LongestMessage)}",
        "Reach the goal in another way.")
    { SubtaskId = subtask.Subtask.Id };

    private static PlanDiagnostic End(RunOutcome outcome)
    {
        (string message, string remedy) = outcome switch
        {
            RunOutcome.TimedOut => ("The run did not end in its time.", "Reach the goal in less time."),
            RunOutcome.BudgetExhausted => ("The run used up its budget before it was done.", "Reach the goal with less."),
            RunOutcome.Cancelled => ("The run was cancelled before it was done.", "Do what is left."),
            _ => ("What the run added while it ran failed.", "Reach the goal in another way."),
        };
        return new PlanDiagnostic(PlanDiagnosticCode.Failed, "", message, remedy);
    }
}
