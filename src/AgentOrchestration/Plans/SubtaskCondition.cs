using System.Text.Json;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans;

/// <summary>Decides whether a subtask runs, by a part of an earlier output. Closed on purpose: no expression of a plan is ever evaluated as code.</summary>
/// <param name="Output">The part: of a dependency of the subtask.</param>
/// <param name="Operator">How it is compared.</param>
public sealed record SubtaskCondition(SubtaskOutput Output, ConditionOperator Operator)
{
    /// <summary>Gets the value that the output is compared with.</summary>
    /// <value>The default value is <see langword="null"/>: JSON null.</value>
    public JsonElement? Value { get; init; }

    /// <summary>Whether the condition holds for a part; <see langword="null"/> for one that is not there.</summary>
    internal bool Holds(JsonElement? part)
    {
        bool exists = part is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) };
        JsonElement value = Value ?? JsonElement.Parse("null");
        return Operator switch
        {
            ConditionOperator.Exists => exists,
            ConditionOperator.Equals => JsonEquality.AreEqual(part ?? JsonElement.Parse("null"), value),
            ConditionOperator.NotEquals => !JsonEquality.AreEqual(part ?? JsonElement.Parse("null"), value),
            ConditionOperator.GreaterThan => exists && Compare(part!.Value, value) > 0,
            ConditionOperator.LessThan => exists && Compare(part!.Value, value) < 0,
            _ => throw new ArgumentOutOfRangeException(nameof(part), Operator, "No such operator."),
        };
    }

    /// <summary>What cannot be compared is neither above nor below.</summary>
    private static int Compare(JsonElement left, JsonElement right) => (left.ValueKind, right.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => JsonNumber.Parse(left.GetRawText()).CompareTo(JsonNumber.Parse(right.GetRawText())),
        (JsonValueKind.String, JsonValueKind.String) => string.CompareOrdinal(left.GetString(), right.GetString()),
        _ => 0,
    };
}
