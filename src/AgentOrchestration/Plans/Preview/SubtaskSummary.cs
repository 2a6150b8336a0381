using System.Globalization;
using System.Text.Json;

namespace AgentOrchestration.Plans.Preview;

/// <summary>What people are shown of a subtask in a few words, beside its id and name. Nothing in it is made safe to show.</summary>
internal static class SubtaskSummary
{
    public static IEnumerable<string> Of(Subtask subtask)
    {
        yield return subtask.Plan is null ? subtask.TaskType : "plan";
        if (subtask.ForEach is { } items)
        {
            yield return $"for each of {items.Text}";
        }

        if (subtask.Items is { ValueKind: JsonValueKind.Array } given)
        {
            yield return given.GetArrayLength() == 1 ? "for each of 1 item" : $"for each of {given.GetArrayLength()} items";
        }

        if (subtask.OnItemFailure.ListsErrors)
        {
            yield return subtask.OnItemFailure == ItemFailurePolicy.Continue ? "failed items are reported"
                : subtask.OnItemFailure.MaxFailures == 1 ? "1 item may fail" : $"{subtask.OnItemFailure.MaxFailures} items may fail";
        }

        if (subtask.WaitsForAdded is { } waits)
        {
            yield return waits ? "waits for what is added" : "does not wait for what is added";
        }

        if (subtask.Condition is { } condition)
        {
            string place = condition.Output.Text;
            yield return condition.Operator == ConditionOperator.Exists ? $"if {place} exists" : $"if {place} {Sign(condition.Operator)} {condition.Value?.GetRawText() ?? "null"}";
        }

        if (subtask.EstimatedDuration is { } estimate)
        {
            yield return Format(estimate);
        }

        if (subtask.Policy?.RequiresApproval == true)
        {
            yield return "waits for approval";
        }

        if (subtask.Policy?.Fallback is not null)
        {
            yield return "has a fallback";
        }
    }

    private static string Sign(ConditionOperator @operator) => @operator switch
    {
        ConditionOperator.Equals => "=",
        ConditionOperator.NotEquals => "≠",
        ConditionOperator.GreaterThan => ">",
        _ => "<",
    };

    private static string Format(TimeSpan estimate) => string.Create(CultureInfo.InvariantCulture, $"~{estimate switch
    {
        { TotalHours: >= 2 } => $"{estimate.TotalHours.ToString("0.#", CultureInfo.InvariantCulture)} h",
        { TotalMinutes: >= 2 } => $"{estimate.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture)} min",
        _ => $"{estimate.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s",
    }}");
}
