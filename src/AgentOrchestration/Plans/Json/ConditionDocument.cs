using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Plans.Json;

/// <summary>A condition as it appears in JSON: <c>{"output": "id/path", "is": "greaterThan", "value": 3}</c>.</summary>
internal sealed class ConditionDocument
{
    public required string Output { get; init; }

    [JsonConverter(typeof(ConditionOperatorConverter))]
    public required ConditionOperator Is { get; init; }

    public JsonElement? Value { get; init; }

    public static ConditionDocument From(SubtaskCondition condition) => new()
    {
        Output = condition.Output.Text,
        Is = condition.Operator,
        Value = condition.Value,
    };

    public SubtaskCondition ToCondition() => new(SubtaskOutput.Parse(Output), Is) { Value = Value };

    internal sealed class ConditionOperatorConverter() : JsonStringEnumConverter<ConditionOperator>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
}
