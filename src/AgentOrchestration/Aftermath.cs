using AgentOrchestration.Plans;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;

namespace AgentOrchestration;

/// <summary>What came of a plan, for whoever is to make a better one.</summary>
internal static class Aftermath
{
    // An error may hold whatever a tool has answered.
    private const int LongestMessage = 500;

    public static PlanRefusal Of(RunResult result) => new(
        [
            .. result.Plan.Subtasks.Index()
                .Where(subtask => result[subtask.Item.Id].State is SubtaskState.Failed)
                .Select(subtask => Failure(subtask.Index, result[subtask.Item.Id])),
        ])
    {
        Plan = result.Plan,
        Finished = [.. result.Plan.Subtasks.Select(subtask => subtask.Id).Where(id => result[id].State == SubtaskState.Succeeded)],
    };

    private static PlanDiagnostic Failure(int index, SubtaskSnapshot subtask)
    {
        string message = subtask.Error?.Message ?? "";
        return new PlanDiagnostic(
            PlanDiagnosticCode.Failed,
            $"/subtasks/{index}",
            $"'{subtask.Subtask.Id}' failed after {subtask.Attempts} attempts with {subtask.Error?.Kind}: {message[..Math.Min(message.Length, LongestMessage)]}",
            "Reach the goal in another way.")
        { SubtaskId = subtask.Subtask.Id };
    }
}
