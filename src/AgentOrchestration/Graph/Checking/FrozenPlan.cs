using System.Text.Json;

namespace AgentOrchestration.Graph.Checking;

/// <summary>
/// A plan that nobody changes any more: its list may be one that its owner changes, its arguments may be part of a document that is disposed of before
/// they are used.
/// </summary>
internal static class FrozenPlan
{
    /// <summary>Copies a plan, with the plans in it.</summary>
    public static TaskPlan Of(TaskPlan plan) => Of(plan, depth: 1);

    private static TaskPlan Of(TaskPlan plan, int depth) => plan with { Subtasks = [.. plan.Subtasks.Select(subtask => Of(subtask, depth))] };

    private static Subtask Of(Subtask subtask, int depth) => subtask is { Arguments: null, Items: null, Condition: null, Plan: null, Policy: null or { Fallback: null } } ? subtask : subtask with
    {
        Arguments = Of(subtask.Arguments),
        Items = Of(subtask.Items),
        Condition = subtask.Condition is { } condition ? condition with { Value = Of(condition.Value) } : null,
        Policy = subtask.Policy is { Fallback: { } fallback } policy ? policy with { Fallback = Of(fallback) } : subtask.Policy,
        Plan = subtask.Plan is { } nested && depth < PlanChecker.DeepestPlan ? Of(nested, depth + 1) : subtask.Plan,
    };

    private static JsonElement? Of(JsonElement? element) => element is { ValueKind: not JsonValueKind.Undefined } given ? given.Clone() : element;
}
