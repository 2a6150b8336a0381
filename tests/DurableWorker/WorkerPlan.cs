using System.Text.Json.Nodes;
using AgentOrchestration;

namespace DurableWorker;

/// <summary>Layers of four, each subtask with two inputs of the layer before.</summary>
public static class WorkerPlan
{
    public const int Count = 40;

    private const int Width = 4;

    public static TaskPlan Create() => TaskPlan.Create(plan =>
    {
        SubtaskRef[] subtasks = new SubtaskRef[Count];
        for (int i = 0; i < Count; i++)
        {
            int layer = (i / Width * Width) - Width;
            JsonArray input = i < Width ? [] : [subtasks[layer + (i % Width)].Output().ToJsonNode(), subtasks[layer + ((i + 1) % Width)].Output().ToJsonNode()];
            subtasks[i] = plan.Add($"s{i}", "step", input);
        }
    });
}
