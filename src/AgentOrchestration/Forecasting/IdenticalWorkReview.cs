using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Forecasting;

/// <summary>Finds subtasks of one type with the same input. A run shares the output where nothing is changed outside; a change is made twice.</summary>
internal static class IdenticalWorkReview
{
    public static IEnumerable<PlanFinding> Find(TaskGraph graph) => graph.Subtasks.Index()
        .Where(subtask => subtask.Item is { Plan: null, Condition: null })
        .GroupBy(subtask => KeyOf(subtask.Item), StringComparer.Ordinal)
        .Where(same => same.Count() > 1)
        .Select(same => Of([.. same.Select(subtask => subtask.Item.Id)], graph.TaskTypes[same.First().Index]));

    private static PlanFinding Of(string[] ids, TaskDescriptor taskType) => new(
        PlanFindingCode.IdenticalWork, [.. ids.Take(WidthReview.MostIds)],
        $"{ids.Length} subtasks of the type '{taskType.Name}' have the same input.",
        taskType.Effect is TaskEffect.Pure or TaskEffect.Read
            ? "Keep one and use its output everywhere. A run shares the output already, so that saves subtasks and no time."
            : "Keep one, unless the change is meant to be made several times.");

    /// <summary>References are a part of the input, so that equal ones mean equal outputs.</summary>
    private static string KeyOf(Subtask subtask) =>
        $"{subtask.TaskType}\n{subtask.ForEach?.Text}\n{Canonical(subtask.Items)}\n{Canonical(subtask.Arguments)}";

    /// <summary>The order of properties says nothing.</summary>
    private static string Canonical(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Undefined } => "",
        { ValueKind: JsonValueKind.Object } json => $"{{{string.Join(',', json.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal).Select(property => $"{JsonEncodedText.Encode(property.Name)}:{Canonical(property.Value)}"))}}}",
        { ValueKind: JsonValueKind.Array } json => $"[{string.Join(',', json.EnumerateArray().Select(item => Canonical(item)))}]",
        { ValueKind: JsonValueKind.String } json => $"\"{JsonEncodedText.Encode(json.GetString()!)}\"",
        { } json => json.GetRawText(),
    };
}
