using System.Globalization;

namespace AgentOrchestration.Plans;

/// <summary>What people are told of a subtask in a few words, beside its id and name. Nothing in it is made safe to show.</summary>
internal static class SubtaskSummary
{
    public static IEnumerable<string> Of(Subtask subtask)
    {
        yield return subtask.Plan is null ? subtask.TaskType : "plan";
        if (subtask.ForEach is { } items)
        {
            yield return $"for each of {items.Text}";
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
