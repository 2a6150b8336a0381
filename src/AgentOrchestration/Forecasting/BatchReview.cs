using AgentOrchestration.Graph;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Forecasting;

/// <summary>Finds subtasks of a batchable task type that are ready together. A run batches them by itself, so that nothing has to be changed.</summary>
internal static class BatchReview
{
    public static IEnumerable<PlanFinding> Find(TaskGraph graph, Forecast forecast) => Enumerable.Range(0, graph.Count)
        .Where(index => !graph.Subtasks[index].IsComposite && graph.Part.Policies[index].Batch is not null)
        .GroupBy(index => (graph.Part.Policies[index].Batch, Needs: graph.NeedVectorOf[index], ReadyAt: forecast.Subtasks[index].Start - forecast.Subtasks[index].Waited))
        .Where(together => together.Count() > 1)
        .Select(together => Of([.. together.Select(index => graph.Subtasks[index].Id)], together.Key.Batch!.TaskType.Name, together.Key.Batch.Options.MaxSize));

    private static PlanFinding Of(string[] ids, string taskType, int maxSize) => new(
        PlanFindingCode.Batchable, [.. ids.Take(WidthReview.MostIds)],
        $"{ids.Length} subtasks of the batchable type '{taskType}' are ready together; batches of at most {maxSize} need {(ids.Length + maxSize - 1) / maxSize} calls for them.",
        "Nothing has to be changed: a run batches what is ready when a worker is free.")
    {
        IsByEstimates = true,
    };
}
