using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>Makes the outputs of subtasks that are made of parts: of a nested plan, or of the items of a list.</summary>
/// <param name="run">The environment.</param>
/// <param name="gate">The gate.</param>
/// <param name="growth">Knows the parts.</param>
/// <param name="outputs">Keeps outputs as JSON; <see langword="null"/> when they are not kept.</param>
internal sealed class Joins(RunEnvironment run, RunGate gate, RunGrowth growth, StoredOutputs? outputs)
{
    /// <summary>Makes the output of a subtask of those of its parts.</summary>
    public void Join(int subtask)
    {
        object? output = null;
        SubtaskError? error = null;
        try
        {
            int[] parts = growth.ReadGraph(graph => graph.PartsOf(subtask).ToArray());
            Subtask joined = run.Graph.SubtaskAt(subtask);
            output = joined.Plan is { } plan
                ? OutputOf(plan, parts)
                : joined.OnItemFailure.ListsErrors
                    ? run.Graph.TaskTypes[subtask].Invoker.ToResults(Array.ConvertAll(parts, run.Inputs.OutputFor), Array.ConvertAll(parts, ErrorOf))
                    : run.Graph.TaskTypes[subtask].Invoker.ToList(Array.ConvertAll(parts, run.Inputs.OutputFor));
        }
        catch (Exception exception)
        {
            error = run.ErrorOf(subtask, exception);
        }

        if (error is null)
        {
            outputs?.TryKeep(subtask, attempt: 0, ref output, out error);
        }

        run.QueueOnPool(gate.Report(
            (subtask, output, error), static (core, report, now, commands) => core.Joined(report.subtask, report.output, report.error, now, commands)));
    }

    private ItemError? ErrorOf(int item) => run.Core.State.StateOf(item) switch
    {
        SubtaskState.Succeeded => null,
        SubtaskState.Failed when run.Core.State.LatestErrorOf(item) is { } error => new ItemError(error.Kind, error.Message),
        SubtaskState.Cancelled => new ItemError("Cancelled", "It was cancelled."),
        _ => new ItemError("Skipped", $"It was skipped: {run.Core.State.CauseOf(item).Reason}."),
    };

    /// <summary>What a condition has skipped has no output.</summary>
    private JsonElement OutputOf(TaskPlan plan, int[] parts)
    {
        var outputsOfPlan = new JsonObject();
        foreach ((int position, Subtask last) in OutputShape.LastOf(plan))
        {
            if (run.Core.State.StateOf(parts[position]) == SubtaskState.Succeeded)
            {
                outputsOfPlan[last.Id] = JsonNode.Parse(run.Inputs.WriteOutputOf(parts[position]).GetRawText());
            }
        }

        return JsonSerializer.SerializeToElement(outputsOfPlan, PlanJsonContext.Default.JsonNode);
    }
}
